// Command logout is the Lambda function behind POST /mobileApi/user/logout.
package main

import (
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/app"
)

func main() {
	app.Start(app.Routes{apigw.Logout}, app.Stores)
}
