// Command bindphone is the Lambda function behind POST /mobileApi/user/bindPhone.
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
	app.Start(app.Routes{apigw.BindPhone}, app.Stores, app.Secret(awssource.New), app.WeChat, app.Directory, passwords)
}
