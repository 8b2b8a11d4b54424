// Command outbox is the Lambda function behind the stream of the table of notices.
package main

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/wxbind/wxbind/pkg/app"
	"github.com/wxbind/wxbind/pkg/eventbus"
	"github.com/wxbind/wxbind/pkg/outbox"
)

func main() {
	app.StartOutbox(func(config aws.Config, endpoint, bus string) outbox.Sender {
		return eventbus.New(eventbus.Config{AWS: config, Endpoint: endpoint, Bus: bus})
	}, app.Stores)
}
