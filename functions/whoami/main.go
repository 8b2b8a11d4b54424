// Command whoami is the Lambda function behind GET /api/sample/whoami. It is a sample of
// a platform's own route behind the authorizer.
package main

import (
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/app"
)

func main() {
	app.Start(app.Routes{apigw.WhoAmI})
}
