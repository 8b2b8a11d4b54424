// Command checkbind is the Lambda function behind GET /mobileApi/user/checkBind.
package main

import (
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/app"
	"github.com/wxbind/wxbind/pkg/secrets/awssource"
)

func main() {
	app.Start(app.Routes{apigw.CheckBind}, app.Stores, app.Secret(awssource.New), app.WeChat, app.Directory)
}
