// Command unbind is the Lambda function behind POST /mobileApi/user/unbind.
package main

import (
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/app"
	"github.com/wxbind/wxbind/pkg/secrets/awssource"
)

func main() {
	app.Start(app.Routes{apigw.Unbind}, app.Stores, app.Secret(awssource.New), app.WeChat)
}
