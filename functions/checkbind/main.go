// Command checkbind is the Lambda function behind GET /mobileApi/user/checkBind.
package main

import (
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/app"
)

func main() {
	app.Start(app.OnProfiles, apigw.CheckBind)
}
