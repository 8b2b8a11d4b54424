// Command bind is the Lambda function behind POST /mobileApi/user/bind.
package main

import (
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/app"
	"github.com/wxbind/wxbind/pkg/password"
	"github.com/wxbind/wxbind/pkg/passwordpolicy"
	"github.com/wxbind/wxbind/pkg/secrets/awssource"
	"github.com/wxbind/wxbind/pkg/username"
)

func main() {
	passwords := app.Passwords(password.New(password.Config{}), username.Fold, passwordpolicy.Check)
	app.Start(app.Routes{apigw.Bind}, app.Stores, app.Secret(awssource.New), app.WeChat, app.Directory, passwords)
}
