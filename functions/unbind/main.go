// Command unbind is the Lambda function behind POST /mobileApi/user/unbind.
package main

import (
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/app"
)

func main() {
	app.Start(app.OnWeChat, apigw.Unbind)
}
