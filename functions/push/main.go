// Command push is the Lambda function behind GET /wechat/events/{appId} and POST /wechat/events/{appId}, which WeChat's servers call.
package main

import (
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/app"
	"github.com/wxbind/wxbind/pkg/secrets/awssource"
)

func main() {
	app.Start(app.Routes{apigw.VerifyPushURL, apigw.Push}, app.Stores, app.Secret(awssource.New), app.Pushes)
}
