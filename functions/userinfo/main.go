// Command userinfo is the Lambda function behind GET /mobileApi/user/info.
package main

import (
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/app"
)

func main() {
	app.Start(app.Routes{apigw.UserInfo}, app.Stores)
}
