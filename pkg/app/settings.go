package app

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/wxbind/wxbind/pkg/dynamostore"
)

// Settings are what a function reads from its environment.
type Settings struct {
	// Region is AWS_REGION, which Lambda sets.
	Region string
	// Stack is WXBIND_STACK, whose metrics a function's are; "" means that there are none.
	Stack string
	// SecretID is WXBIND_SECRET_ID, the name or ARN of the secret.
	SecretID string
	// Tables are WXBIND_BINDINGS_TABLE and its peers.
	Tables dynamostore.Tables
	// WeChatBase is WECHAT_API_BASE; "" means the real WeChat.
	WeChatBase string
	// DirectoryURL is WXBIND_DIRECTORY_URL; "" means that wxbind keeps the users. Package
	// platform says what is wrong with it.
	DirectoryURL string
	// DynamoDBEndpoint and SecretsEndpoint are the SDK's AWS_ENDPOINT_URL_DYNAMODB and
	// AWS_ENDPOINT_URL_SECRETS_MANAGER, else AWS_ENDPOINT_URL; "" means AWS.
	// https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
	DynamoDBEndpoint string
	SecretsEndpoint  string
	// The credentials of the function's role, which Lambda sets.
	accessKeyID, secretAccessKey, sessionToken string
}

// needs says which settings a function must have. Each includes those before it.
type needs int

const (
	needsSessions needs = iota
	needsSecret
	needsCodes
	needsUsers
)

// SettingsFrom reads all settings. The error names each that is missing or wrong.
func SettingsFrom(getenv func(string) string) (Settings, error) {
	return settingsFrom(getenv, needsUsers)
}

// settingsFrom reads the settings that somebody needs.
func settingsFrom(getenv func(string) string, some needs) (Settings, error) {
	var missing, wrong []string
	required := func(name string) string {
		value := getenv(name)
		if value == "" {
			missing = append(missing, name)
		}
		return value
	}
	endpoint := func(names ...string) string {
		for _, name := range names {
			value := getenv(name)
			if value == "" {
				continue
			}
			if u, err := url.Parse(value); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
				wrong = append(wrong, name+" (must be an http or https URL)")
			}
			return value
		}
		return ""
	}
	s := Settings{
		Region: required("AWS_REGION"),
		Stack:  stack(getenv),
		Tables: dynamostore.Tables{
			Sessions: required("WXBIND_SESSIONS_TABLE"),
			Users:    required("WXBIND_USERS_TABLE"),
		},
		DynamoDBEndpoint: endpoint("AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL"),
		accessKeyID:      required("AWS_ACCESS_KEY_ID"),
		secretAccessKey:  required("AWS_SECRET_ACCESS_KEY"),
		sessionToken:     getenv("AWS_SESSION_TOKEN"),
	}
	if some >= needsSecret {
		s.SecretID = required("WXBIND_SECRET_ID")
		s.SecretsEndpoint = endpoint("AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_ENDPOINT_URL")
	}
	if some >= needsCodes {
		s.Tables.Bindings = required("WXBIND_BINDINGS_TABLE")
		s.Tables.Ephemeral = required("WXBIND_EPHEMERAL_TABLE")
		s.WeChatBase = endpoint("WECHAT_API_BASE")
	}
	if some >= needsUsers {
		s.DirectoryURL = getenv("WXBIND_DIRECTORY_URL")
	}
	if len(missing) > 0 {
		wrong = append(wrong, strings.Join(missing, ", ")+" (not set)")
	}
	if len(wrong) > 0 {
		return Settings{}, fmt.Errorf("settings: %s", strings.Join(wrong, "; "))
	}
	return s, nil
}

func stack(getenv func(string) string) string { return getenv("WXBIND_STACK") }
