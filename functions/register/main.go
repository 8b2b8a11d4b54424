// Command register is the Lambda function behind POST /mobileApi/user/register.
package main

import (
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/app"
	"github.com/wxbind/wxbind/pkg/secrets/awssource"
)

func main() {
	app.Start(app.Routes{apigw.Register}, app.Stores, app.Secret(awssource.New), app.WeChat, app.Directory)
}
