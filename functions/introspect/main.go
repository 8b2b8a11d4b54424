// Command introspect is the Lambda function behind POST /api/login/introspect.
package main

import (
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/app"
	"github.com/wxbind/wxbind/pkg/secrets/awssource"
)

func main() {
	app.Start(app.Routes{apigw.Introspect}, app.Stores, app.Services(awssource.New))
}
