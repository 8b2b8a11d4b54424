// Command careless is a login as a sample would show it: the code goes to WeChat, the user is read, and a session is
// stored. Nothing is checked, repeated, counted, sealed or bounded, and the binding is not touched. The processor time
// of checkbind is measured against it.
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

var db *dynamodb.Client

func main() {
	cfg, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		panic(err)
	}
	db = dynamodb.NewFromConfig(cfg)
	lambda.Start(login)
}

func login(ctx context.Context, event events.APIGatewayV2HTTPRequest) (none events.APIGatewayV2HTTPResponse, err error) {
	query, err := url.ParseQuery(event.RawQueryString)
	if err != nil {
		return none, err
	}
	appID := os.Getenv("APP_ID")
	response, err := http.Get(os.Getenv("WECHAT_API_BASE") + "/sns/jscode2session?" + url.Values{
		"appid": {appID}, "secret": {os.Getenv("APP_SECRET")}, "js_code": {query.Get("code")}, "grant_type": {"authorization_code"},
	}.Encode())
	if err != nil {
		return none, err
	}
	defer response.Body.Close()
	var session struct{ OpenID string }
	if err := json.NewDecoder(response.Body).Decode(&session); err != nil {
		return none, err
	}
	binding, err := get(ctx, "WXBIND_BINDINGS_TABLE", appID+"#"+session.OpenID)
	if err != nil {
		return none, err
	}
	user, err := get(ctx, "WXBIND_USERS_TABLE", "user#"+text(binding["userId"]))
	if err != nil {
		return none, err
	}
	token := rand.Text()
	if _, err := db.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: aws.String(os.Getenv("WXBIND_SESSIONS_TABLE")),
		Item: map[string]types.AttributeValue{
			// Not as the user's, since checkbind could not read it.
			"userId": &types.AttributeValueMemberS{Value: "careless#" + text(binding["userId"])}, "tokenHash": &types.AttributeValueMemberS{Value: token},
			"ttl": &types.AttributeValueMemberN{Value: fmt.Sprint(time.Now().Add(24 * time.Hour).Unix())},
		},
	}); err != nil {
		return none, err
	}
	body, err := json.Marshal(map[string]any{"code": 1, "token": token, "name": text(user["name"])})
	return events.APIGatewayV2HTTPResponse{StatusCode: http.StatusOK, Body: string(body)}, err
}

func get(ctx context.Context, table, key string) (map[string]types.AttributeValue, error) {
	out, err := db.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: aws.String(os.Getenv(table)), Key: map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: key}},
	})
	if err != nil || out.Item == nil {
		return nil, fmt.Errorf("%s: not there, or %w", table, err)
	}
	return out.Item, nil
}

func text(value types.AttributeValue) string {
	s, _ := value.(*types.AttributeValueMemberS)
	if s == nil {
		return ""
	}
	return s.Value
}
