package app

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/needs"
	"github.com/wxbind/wxbind/pkg/secrets/awssource"
)

func goodSettings() map[string]string {
	return map[string]string{
		"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "MARK-id", "AWS_SECRET_ACCESS_KEY": "MARK-key",
		"WXBIND_SECRET_ID": "MARK-secret", "WXBIND_SERVICES_SECRET_ID": "MARK-services", "WXBIND_BINDINGS_TABLE": "MARK-b", "WXBIND_SESSIONS_TABLE": "MARK-s",
		"WXBIND_USERS_TABLE": "MARK-u", "WXBIND_EPHEMERAL_TABLE": "MARK-e",
	}
}

func getenv(settings map[string]string) func(string) string {
	return func(name string) string { return settings[name] }
}

// parts returns the parts that a function with these needs brings.
func parts(needed needs.Set) []Part {
	all := []Part{Passwords(nil, nil, nil), Directory, WeChat, Pushes, Data, Avatars, Secret(awssource.New), Services(awssource.New), Stores}
	return slices.DeleteFunc(all, func(p Part) bool { return p.meets&needed == 0 })
}

// made makes a function with these needs and all its parts.
func made(needed needs.Set, settings map[string]string) (*function, error) {
	return newFunction(getenv(settings), needed, parts(needed))
}

// settingsOf lists the settings that each need must have.
var settingsOf = map[needs.Set][]string{
	needs.Bindings:  {"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "WXBIND_BINDINGS_TABLE"},
	needs.Sessions:  {"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "WXBIND_SESSIONS_TABLE"},
	needs.Users:     {"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "WXBIND_USERS_TABLE"},
	needs.Ephemeral: {"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "WXBIND_EPHEMERAL_TABLE"},
	needs.Outbox:    {"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"},
	needs.Secret:    {"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "WXBIND_SECRET_ID"},
	needs.WeChat:    nil,
	needs.Directory: nil,
	needs.Passwords: nil,
	needs.Pushes:    nil,
	needs.Data:      nil,
	needs.Avatars:   nil,
	needs.Services:  {"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "WXBIND_SERVICES_SECRET_ID"},
}

// A function must have the settings of what its routes need, and no others.
func TestSettingsNameWhatIsMissing(t *testing.T) {
	sets := map[string]needs.Set{"nothing": 0, "all": needs.All, "the authorizer": apigw.AuthorizerNeeds, "a secret and bindings": needs.Secret | needs.Bindings}
	for _, route := range apigw.Routes() {
		sets[route.Key()] = route.Needs()
	}
	for name, needed := range sets {
		t.Run(name, func(t *testing.T) {
			var want []string
			for _, need := range needed.Each() {
				settings, ok := settingsOf[need]
				if !ok {
					t.Errorf("say in settingsOf which settings %s must have", need)
				}
				want = append(want, settings...)
			}
			if _, err := made(needed, goodSettings()); err != nil {
				t.Fatal(err)
			}
			for _, setting := range slices.Sorted(maps.Keys(goodSettings())) {
				settings := goodSettings()
				delete(settings, setting)
				_, err := made(needed, settings)
				if !slices.Contains(want, setting) {
					if err != nil {
						t.Errorf("without %s: %v", setting, err)
					}
					continue
				}
				if err == nil || err.Error() != "settings: "+setting+" (not set)" {
					t.Errorf("without %s: %v", setting, err)
				}
			}
		})
	}
}

func TestSettingsNameWhatIsWrong(t *testing.T) {
	endpoints := map[string]needs.Set{
		"WECHAT_API_BASE": needs.WeChat, "AWS_ENDPOINT_URL": needs.Token, "AWS_ENDPOINT_URL_DYNAMODB": needs.Token,
		"AWS_ENDPOINT_URL_SECRETS_MANAGER": needs.Secret,
	}
	if _, err := made(needs.Services, map[string]string{
		"AWS_REGION": "r", "AWS_ACCESS_KEY_ID": "i", "AWS_SECRET_ACCESS_KEY": "k", "WXBIND_SERVICES_SECRET_ID": "s", "AWS_ENDPOINT_URL": "MARK",
	}); err == nil || !strings.Contains(err.Error(), "AWS_ENDPOINT_URL (must be") {
		t.Errorf("the services alone: %v", err)
	}
	for name, needed := range endpoints {
		for _, value := range []string{"MARK", "ftp://MARK", "http://", "http://MARK\x7f", "//MARK"} {
			settings := goodSettings()
			settings[name] = value
			_, err := made(needed, settings)
			if err == nil || !strings.Contains(err.Error(), name+" (must be an http or https URL)") || strings.Contains(err.Error(), "MARK") {
				t.Errorf("%s=%q: %v", name, value, err)
			}
		}
	}
}

// A function does not start if it would send the AppSecret in the clear.
func TestWeChatBaseIsHTTPS(t *testing.T) {
	settings := goodSettings()
	settings["WECHAT_API_BASE"] = "http://MARK.example.com"
	if _, err := made(needs.WeChat, settings); err == nil || !strings.Contains(err.Error(), "WECHAT_API_BASE must be https") || strings.Contains(err.Error(), "MARK") {
		t.Errorf("got %v", err)
	}
}

// A stack that tells nobody of changes has no name for the table of notices.
func TestOutboxMayBeAbsent(t *testing.T) {
	for _, value := range []string{"", "wxbind-Outbox"} {
		settings := goodSettings()
		settings["WXBIND_OUTBOX_TABLE"] = value
		for needed, want := range map[needs.Set]string{needs.Bindings | needs.Outbox: value, needs.Bindings: ""} {
			if f, err := made(needed, settings); err != nil || f.settings.Tables.Outbox != want {
				t.Errorf("%q: %v needs %v", value, err, needed)
			}
		}
	}
}

// A mini-program that is not configured is refused, unless the setting says otherwise. Only what exchanges a code reads it.
func TestUnknownAppIsRefusedByDefault(t *testing.T) {
	for value, want := range map[string]bool{"": false, "refuse": false, "default": true} {
		settings := goodSettings()
		settings["WXBIND_UNKNOWN_APP"] = value
		if f, err := made(needs.Code, settings); err != nil || f.config.UnknownAppIsDefault != want {
			t.Errorf("%q: %v", value, err)
		}
	}
	for _, value := range []string{"MARK", "Default", "true", " default", "refuse,default"} {
		settings := goodSettings()
		settings["WXBIND_UNKNOWN_APP"] = value
		if _, err := made(needs.Code, settings); err == nil || err.Error() != "settings: WXBIND_UNKNOWN_APP (must be refuse or default)" {
			t.Errorf("%q: %v", value, err)
		}
		if _, err := made(needs.Token, settings); err != nil {
			t.Errorf("a function that exchanges no code looks at it: %v", err)
		}
	}
}

func TestCheckSessionIsOffByDefault(t *testing.T) {
	for value, want := range map[string]bool{"": false, "false": false, "true": true} {
		settings := goodSettings()
		settings["WXBIND_CHECK_SESSION"] = value
		if f, err := made(needs.Data, settings); err != nil || f.config.CheckSession != want || f.config.Data == nil {
			t.Errorf("%q: %v", value, err)
		}
	}
	settings := goodSettings()
	settings["WXBIND_CHECK_SESSION"] = "MARK"
	if _, err := made(needs.Data, settings); err == nil || err.Error() != "settings: WXBIND_CHECK_SESSION (must be true or false)" {
		t.Errorf("got %v", err)
	}
	if _, err := made(needs.Code, settings); err != nil {
		t.Errorf("a function that opens no data looks at it: %v", err)
	}
}

func TestAvatarHostsAreReadForProfiles(t *testing.T) {
	settings := goodSettings()
	if f, err := made(needs.Avatars, settings); err != nil || f.config.AvatarHosts != nil {
		t.Errorf("without hosts: %v", err)
	}
	settings["WXBIND_AVATAR_HOSTS"] = "img.example.com, *.cdn.example.com"
	if f, err := made(needs.Avatars, settings); err != nil || !slices.Equal(f.config.AvatarHosts, []string{"img.example.com", "*.cdn.example.com"}) {
		t.Errorf("got %v", err)
	}
	settings["WXBIND_AVATAR_HOSTS"] = "img.example.com,https://MARK"
	if _, err := made(needs.Avatars, settings); err == nil || !strings.HasPrefix(err.Error(), "settings: WXBIND_AVATAR_HOSTS (number 2 must be") {
		t.Errorf("got %v", err)
	}
	if _, err := made(needs.Token, settings); err != nil {
		t.Errorf("a function that sets no picture looks at them: %v", err)
	}
}

// One setting chooses where the users are.
func TestDirectoryIsChosenByItsURL(t *testing.T) {
	settings := goodSettings()
	f, err := made(needs.All, settings)
	if err != nil || f.config.Directory != nil {
		t.Errorf("without a URL: %v, %v", f.config.Directory, err)
	}
	isDirectory := func(s step) bool { return s.part == "directory" }
	settings["WXBIND_DIRECTORY_URL"] = "https://users.example.com/wxbind"
	if f, err = made(needs.All, settings); err != nil || f.config.Directory == nil || !slices.ContainsFunc(f.steps, isDirectory) {
		t.Errorf("with a URL: %v", err)
	}
	for _, value := range []string{"http://users.example.com/MARK", "MARK", "https://MARK:MARK@users.example.com"} {
		settings["WXBIND_DIRECTORY_URL"] = value
		if _, err := made(needs.All, settings); err == nil || !strings.Contains(err.Error(), "WXBIND_DIRECTORY_URL") || strings.Contains(err.Error(), "MARK") {
			t.Errorf("%s: %v", value, err)
		}
	}
	if _, err := made(needs.All&^needs.Directory, settings); err != nil {
		t.Errorf("a function that lets nobody in looks at it: %v", err)
	}
}

// Root certificates are loaded for what is called over TLS, and for nothing else.
func TestOverTLS(t *testing.T) {
	doubles := Settings{DynamoDBEndpoint: "http://127.0.0.1:1", SecretsEndpoint: "http://127.0.0.1:2", WeChatBase: "http://127.0.0.1:3"}
	elsewhere := doubles
	elsewhere.DirectoryURL = "https://users.example.com/wxbind"
	for name, row := range map[string]struct {
		settings Settings
		needed   needs.Set
		want     bool
	}{
		"AWS and WeChat":           {Settings{}, needs.Code, true},
		"AWS":                      {Settings{}, needs.Token, true},
		"a secret alone":           {Settings{}, needs.Services, true},
		"nothing":                  {Settings{}, 0, false},
		"doubles":                  {doubles, needs.All, false},
		"doubles, and a directory": {elsewhere, needs.All, true},
		"a directory for others":   {elsewhere, needs.Code, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := row.settings.overTLS(row.needed); got != row.want {
				t.Errorf("got %v", got)
			}
		})
	}
}
