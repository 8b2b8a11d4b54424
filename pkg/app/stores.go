package app

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/needs"
)

// Stores are the tables in DynamoDB.
var Stores = Part{needs.Tables, addStores}

func addStores(f *function) error {
	f.useAWS()
	store := dynamostore.New(dynamostore.Config{
		Client: dynamodb.NewFromConfig(f.aws, func(o *dynamodb.Options) {
			o.BaseEndpoint = endpoint(f.settings.DynamoDBEndpoint)
		}),
		Tables: f.settings.Tables,
	})
	f.config.Store = store
	f.steps = append(f.steps, step{"store", func(ctx context.Context) error { return ask(ctx, f.needs, store) }})
	return nil
}

// ask is a question about nothing that is stored: the cheapest that such a function
// asks, so that its role may. Where a code is what comes, no session is read together
// with its user.
func ask(ctx context.Context, needed needs.Set, store login.Store) (err error) {
	switch {
	case needed.Has(needs.Ephemeral):
		_, err = store.LoadRecord(ctx, "warm")
	case needed.Has(needs.Token):
		_, _, err = store.SessionWithUser(ctx, "warm", "warm")
	}
	if errors.Is(err, login.ErrRecordNotFound) || errors.Is(err, login.ErrSessionNotFound) || errors.Is(err, login.ErrUserNotFound) {
		return nil
	}
	return err
}
