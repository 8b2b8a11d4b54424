// Command sessions is the Lambda function behind GET /mobileApi/user/sessions and
// DELETE /mobileApi/user/sessions/{id}.
package main

import (
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/app"
)

func main() {
	app.Start(app.Routes{apigw.Sessions, apigw.RevokeSession}, app.Stores)
}
