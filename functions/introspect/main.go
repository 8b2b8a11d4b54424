// Command introspect is the Lambda function behind POST /api/login/introspect.
package main

import (
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/app"
)

func main() {
	app.Start(app.OnSecret, apigw.Introspect)
}
