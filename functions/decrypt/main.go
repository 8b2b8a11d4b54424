// Command decrypt is the Lambda function behind POST /mobileApi/wechat/decrypt.
package main

import (
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/app"
	"github.com/wxbind/wxbind/pkg/secrets/awssource"
)

func main() {
	app.Start(app.Routes{apigw.Decrypt}, app.Stores, app.Secret(awssource.New), app.WeChat, app.Data)
}
