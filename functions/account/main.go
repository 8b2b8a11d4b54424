// Command account is the Lambda function behind GET /mobileApi/user/export and
// DELETE /mobileApi/user/account.
package main

import (
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/app"
)

func main() {
	app.Start(app.OnWeChat, apigw.Export, apigw.DeleteAccount)
}
