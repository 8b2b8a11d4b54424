// Command authorizer is the Lambda authorizer for the platform's own routes.
package main

import "github.com/wxbind/wxbind/pkg/app"

func main() {
	app.StartAuthorizer(app.Stores)
}
