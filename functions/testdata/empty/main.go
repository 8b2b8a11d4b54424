// Command empty is an aws-lambda-go function that does nothing: what the start
// of the others is measured against.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	lambda.Start(func(context.Context) (string, error) { return "{}", nil })
}
