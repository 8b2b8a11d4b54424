// Command profile is the Lambda function behind POST /mobileApi/user/profile.
package main

import (
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/app"
)

func main() {
	app.Start(app.Routes{apigw.Profile}, app.Stores, app.Avatars)
}
