package dynamostore_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/login"
)

// panicking is a way to DynamoDB that panics at some operations, and fails at all others.
type panicking string

func (at panicking) Do(r *http.Request) (*http.Response, error) {
	if _, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), "."); strings.Contains(string(at), operation) {
		panic(private)
	}
	return nil, errors.New("no way")
}

// What panics on a goroutine of the store's own is an error of the login, as a panic on the login's goroutine is. Else it
// would end the process, and the request would have neither answer nor line.
func TestPanicOfAnEntranceIsItsError(t *testing.T) {
	for name, at := range map[string]panicking{
		"reading the user":      "GetItem",
		"writing one by one":    "PutItem UpdateItem",
		"reading, then writing": "GetItem PutItem UpdateItem",
	} {
		t.Run(name, func(t *testing.T) {
			store := dynamostore.New(dynamostore.Config{
				Client: dynamodb.New(dynamodb.Options{
					Region: "us-east-1", Credentials: aws.AnonymousCredentials{}, HTTPClient: at, Retryer: aws.NopRetryer{},
				}),
				Tables: dynamostore.Tables{Bindings: "b", Sessions: "s", Users: "u", Ephemeral: "e"},
			})
			_, err := store.Enter(t.Context(), login.Opening{
				Binding: login.Binding{ID: "b-1", AppID: app, OpenID: "o", UserID: "u-1"},
				Touch:   login.Touch{AppID: app, OpenID: "o"},
				Session: login.Session{UserID: "u-1", TokenHash: "hash", AppID: app, BindingID: "b-1"},
				Ended:   []string{"ended"},
			})
			if err == nil || strings.Contains(err.Error(), private) {
				t.Errorf("got %v", err)
			}
		})
	}
}
