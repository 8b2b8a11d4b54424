package authn_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/wxbind/wxbind/pkg/authn"
	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/storetest"
)

// A service next to a deployed wxbind. The names of the tables are outputs of its stack.
// The service's role needs the policy in docs/authn.md.
func Example() {
	aws, err := config.LoadDefaultConfig(context.Background(), config.WithRetryer(dynamostore.Retryer))
	if err != nil {
		log.Fatal(err)
	}
	guard := authn.New(authn.Config{Presence: dynamostore.New(dynamostore.Config{
		Client: dynamodb.NewFromConfig(aws),
		Tables: dynamostore.Tables{Sessions: "wxbind-prod-Sessions", Users: "wxbind-prod-Users"},
	})})

	orders := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		visitor, _ := authn.FromContext(r.Context())
		fmt.Fprintf(w, "the orders of %s", visitor.UserID)
	})
	server := &http.Server{Addr: ":8080", Handler: guard.Middleware(orders), ReadHeaderTimeout: 5 * time.Second}
	log.Fatal(server.ListenAndServe())
}

// This is what a client without a token gets.
func ExampleGuard_Middleware() {
	guard := authn.New(authn.Config{Presence: &storetest.Memory{}})
	handler := guard.Middleware(http.NotFoundHandler())

	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/orders?lang=en", nil))
	fmt.Println(answer.Code, answer.Header().Get("WWW-Authenticate"))
	fmt.Print(answer.Body)
	// Output:
	// 401 Bearer
	// {"code":0,"msg":"Please log in again.","error":"session_invalid","action":"relogin","requestId":""}
}

// Use Verify if tokens do not come in HTTP headers.
func ExampleGuard_Verify() {
	guard := authn.New(authn.Config{Presence: &storetest.Memory{}})
	visitor, err := guard.Verify(context.Background(), "wxb_dS1hbGljZQ.c2VjcmV0")
	switch failure := login.AsError(err); {
	case err == nil:
		fmt.Println("welcome", visitor.Name)
	case failure.Code.EndsSession():
		fmt.Println("log in again:", failure.Code)
	default:
		fmt.Println("try again in", failure.RetryAfter)
	}
	// Output:
	// log in again: session_invalid
}
