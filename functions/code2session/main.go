// Command code2session is the Lambda function behind POST /api/login/code2session.
package main

import (
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/app"
)

func main() {
	app.Start(app.OnWeChat, apigw.Code2Session)
}
