package app

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"

	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/needs"
	"github.com/wxbind/wxbind/pkg/origin"
)

// Settings are what a function reads from its environment.
type Settings struct {
	// Region is AWS_REGION, which Lambda sets.
	Region string
	// Stack is WXBIND_STACK, the stack that the metrics belong to; "" means no metrics.
	Stack string
	// SecretID is WXBIND_SECRET_ID, the name or ARN of the secret.
	SecretID string
	// ServicesSecretID is WXBIND_SERVICES_SECRET_ID, the name or ARN of the services' secret.
	ServicesSecretID string
	// Tables are WXBIND_BINDINGS_TABLE, WXBIND_SESSIONS_TABLE, WXBIND_USERS_TABLE and WXBIND_EPHEMERAL_TABLE, and
	// WXBIND_OUTBOX_TABLE; "" there means that no notices are kept.
	Tables dynamostore.Tables
	// WeChatBase is WECHAT_API_BASE; "" means the real WeChat. Package wechat validates it further.
	WeChatBase string
	// UnknownAppIsDefault is WXBIND_UNKNOWN_APP: see EnvUnknownApp.
	UnknownAppIsDefault bool
	// CheckSession is WXBIND_CHECK_SESSION: see EnvCheckSession.
	CheckSession bool
	// AvatarHosts are WXBIND_AVATAR_HOSTS: see EnvAvatarHosts.
	AvatarHosts []string
	// DirectoryURL is WXBIND_DIRECTORY_URL; "" means that wxbind keeps the users. Package
	// platform validates it.
	DirectoryURL string
	// Origin says whom to believe about a caller's address. Every function reads it.
	Origin origin.Rules
	// DynamoDBEndpoint and SecretsEndpoint are the SDK's AWS_ENDPOINT_URL_DYNAMODB and
	// AWS_ENDPOINT_URL_SECRETS_MANAGER, else AWS_ENDPOINT_URL; "" means AWS.
	// https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
	DynamoDBEndpoint string
	SecretsEndpoint  string
	// These are the credentials of the function's role. Lambda sets them.
	accessKeyID, secretAccessKey, sessionToken string
}

// SettingsFrom reads all settings. The error names each that is missing or wrong.
func SettingsFrom(getenv func(string) string) (Settings, error) {
	return settingsFrom(getenv, needs.All)
}

// settingsFrom reads the settings of these needs.
func settingsFrom(getenv func(string) string, needed needs.Set) (Settings, error) {
	var missing, wrong []string
	var err error
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
	s := Settings{Stack: getenv("WXBIND_STACK")}
	if needed&(needs.Tables|needs.Secret|needs.Services) != 0 {
		s.Region = required("AWS_REGION")
		s.accessKeyID = required("AWS_ACCESS_KEY_ID")
		s.secretAccessKey = required("AWS_SECRET_ACCESS_KEY")
		s.sessionToken = getenv("AWS_SESSION_TOKEN")
	}
	if needed&needs.Tables != 0 {
		s.DynamoDBEndpoint = endpoint("AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL")
	}
	for _, table := range []struct {
		need    needs.Set
		name    *string
		setting string
	}{
		{needs.Bindings, &s.Tables.Bindings, "WXBIND_BINDINGS_TABLE"},
		{needs.Sessions, &s.Tables.Sessions, "WXBIND_SESSIONS_TABLE"},
		{needs.Users, &s.Tables.Users, "WXBIND_USERS_TABLE"},
		{needs.Ephemeral, &s.Tables.Ephemeral, "WXBIND_EPHEMERAL_TABLE"},
	} {
		if needed.Has(table.need) {
			*table.name = required(table.setting)
		}
	}
	if needed.Has(needs.Outbox) {
		s.Tables.Outbox = getenv("WXBIND_OUTBOX_TABLE")
	}
	if needed.Has(needs.Secret) {
		s.SecretID = required("WXBIND_SECRET_ID")
	}
	if needed.Has(needs.Services) {
		s.ServicesSecretID = required("WXBIND_SERVICES_SECRET_ID")
	}
	if needed&(needs.Secret|needs.Services) != 0 {
		s.SecretsEndpoint = endpoint("AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_ENDPOINT_URL")
	}
	if needed.Has(needs.WeChat) {
		s.WeChatBase = endpoint("WECHAT_API_BASE")
		if s.UnknownAppIsDefault, err = UnknownAppIsDefault(getenv); err != nil {
			wrong = append(wrong, err.Error())
		}
	}
	if needed.Has(needs.Data) {
		if s.CheckSession, err = CheckSession(getenv); err != nil {
			wrong = append(wrong, err.Error())
		}
	}
	if needed.Has(needs.Avatars) {
		if s.AvatarHosts, err = AvatarHosts(getenv); err != nil {
			wrong = append(wrong, err.Error())
		}
	}
	if needed.Has(needs.Directory) {
		s.DirectoryURL = getenv("WXBIND_DIRECTORY_URL")
	}
	if s.Origin, err = origin.RulesFrom(getenv); err != nil {
		wrong = append(wrong, err.Error())
	}
	if len(missing) > 0 {
		wrong = append(wrong, strings.Join(missing, ", ")+" (not set)")
	}
	if len(wrong) > 0 {
		return Settings{}, fmt.Errorf("settings: %s", strings.Join(wrong, "; "))
	}
	return s, nil
}

// overTLS reports whether a function with these needs calls anything over TLS. Only doubles on one machine do without.
func (s Settings) overTLS(needed needs.Set) bool {
	for _, peer := range []struct {
		needs needs.Set
		url   string
	}{
		{needs.Tables, s.DynamoDBEndpoint},
		{needs.Secret | needs.Services, s.SecretsEndpoint},
		{needs.WeChat, s.WeChatBase},
		{needs.Directory, cmp.Or(s.DirectoryURL, "http:")}, // there may be none
	} {
		if needed&peer.needs != 0 && !strings.HasPrefix(peer.url, "http:") {
			return true
		}
	}
	return false
}
