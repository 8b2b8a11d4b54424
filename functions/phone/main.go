// Command phone is the Lambda function behind POST /mobileApi/user/phone.
package main

import (
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/app"
	"github.com/wxbind/wxbind/pkg/secrets/awssource"
)

func main() {
	app.Start(app.Routes{apigw.Phone}, app.Stores, app.Secret(awssource.New), app.WeChat)
}
