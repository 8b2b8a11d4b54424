// Command account is the Lambda function behind GET /mobileApi/user/export and
// DELETE /mobileApi/user/account.
package main

import (
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/app"
	"github.com/wxbind/wxbind/pkg/secrets/awssource"
)

func main() {
	app.Start(app.Routes{apigw.Export, apigw.DeleteAccount}, app.Stores, app.Secret(awssource.New), app.WeChat)
}
