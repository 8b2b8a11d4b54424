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
	f.config.Store, f.outbox = store, store
	if f.needs == OutboxNeeds {
		f.steps = append(f.steps, step{"store", func(ctx context.Context) error { _, err := store.NoticesOf(ctx, "warm"); return err }})
		return nil
	}
	f.steps = append(f.steps, step{"store", func(ctx context.Context) error { return ask(ctx, f.needs, store) }})
	return nil
}

// ask reads something that is not stored. It is the cheapest read that such a function
// makes anyway, so its role allows it. A function that takes codes may never read a
// session together with its user, so there ask loads a record.
func ask(ctx context.Context, needed needs.Set, store login.Store) (err error) {
	switch {
	case needed.Has(needs.Pushes): // it only adds records, and reads no session
		_, err = store.BindingByOpenID(ctx, "warm", "warm")
	case needed.Has(needs.Ephemeral):
		_, err = store.LoadRecord(ctx, "warm")
	case needed.Has(needs.Token):
		_, _, err = store.SessionWithUser(ctx, "warm", "warm")
	case needed.Has(needs.Bindings):
		_, err = store.BindingByOpenID(ctx, "warm", "warm")
	case needed.Has(needs.Users):
		_, err = store.UserByID(ctx, "warm")
	case needed.Has(needs.Sessions):
		_, err = store.SessionsOfUser(ctx, "warm")
	}
	for _, absent := range []error{login.ErrRecordNotFound, login.ErrSessionNotFound, login.ErrUserNotFound, login.ErrBindingNotFound} {
		if errors.Is(err, absent) {
			return nil
		}
	}
	return err
}
