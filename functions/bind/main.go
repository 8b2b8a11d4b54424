// Command bind is the Lambda function behind POST /mobileApi/user/bind.
package main

import (
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/app"
)

func main() {
	app.Start(app.OnUsers, apigw.Bind)
}
