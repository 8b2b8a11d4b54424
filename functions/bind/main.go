// Command bind is the Lambda function behind POST /mobileApi/user/bind.
package main

import (
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/app"
	"github.com/wxbind/wxbind/pkg/password"
	"github.com/wxbind/wxbind/pkg/username"
)

func main() {
	app.Start(app.OnUsers(password.New(password.Config{}), username.Fold), apigw.Bind)
}
