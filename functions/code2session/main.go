// Command code2session is the Lambda function behind POST /api/login/code2session.
package main

import (
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/app"
	"github.com/wxbind/wxbind/pkg/secrets/awssource"
)

func main() {
	app.Start(app.Routes{apigw.Code2Session}, app.Stores, app.Secret(awssource.New), app.WeChat)
}
