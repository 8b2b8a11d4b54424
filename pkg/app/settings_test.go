package app

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func goodSettings() map[string]string {
	return map[string]string{
		"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "MARK-id", "AWS_SECRET_ACCESS_KEY": "MARK-key",
		"WXBIND_SECRET_ID": "MARK-secret", "WXBIND_BINDINGS_TABLE": "MARK-b", "WXBIND_SESSIONS_TABLE": "MARK-s",
		"WXBIND_USERS_TABLE": "MARK-u", "WXBIND_EPHEMERAL_TABLE": "MARK-e",
	}
}

func getenv(settings map[string]string) func(string) string {
	return func(name string) string { return settings[name] }
}

// Each function must have the settings that it uses, and no others.
func TestSettingsNameWhatIsMissing(t *testing.T) {
	sessions := []string{"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "WXBIND_SESSIONS_TABLE", "WXBIND_USERS_TABLE"}
	secret := append([]string{"WXBIND_SECRET_ID"}, sessions...)
	all := append([]string{"WXBIND_BINDINGS_TABLE", "WXBIND_EPHEMERAL_TABLE"}, secret...)
	for name, c := range map[string]struct {
		parts Parts
		needs []string
	}{
		"Alone": {Alone, nil}, "OnSessions": {OnSessions, sessions}, "OnSecret": {OnSecret, secret},
		"OnWeChat": {OnWeChat, all}, "OnProfiles": {OnProfiles, all}, "OnUsers": {OnUsers(nil, nil), all},
		"all settings": {func(getenv func(string) string) (*function, error) { _, err := SettingsFrom(getenv); return nil, err }, all},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := c.parts(getenv(goodSettings())); err != nil {
				t.Fatal(err)
			}
			for _, setting := range slices.Sorted(maps.Keys(goodSettings())) {
				settings := goodSettings()
				delete(settings, setting)
				_, err := c.parts(getenv(settings))
				if !slices.Contains(c.needs, setting) {
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
	endpoints := map[string]Parts{
		"WECHAT_API_BASE": OnWeChat, "AWS_ENDPOINT_URL": OnSessions, "AWS_ENDPOINT_URL_DYNAMODB": OnSessions,
		"AWS_ENDPOINT_URL_SECRETS_MANAGER": OnSecret,
	}
	for name, parts := range endpoints {
		for _, value := range []string{"MARK", "ftp://MARK", "http://", "http://MARK\x7f", "//MARK"} {
			settings := goodSettings()
			settings[name] = value
			_, err := parts(getenv(settings))
			if err == nil || !strings.Contains(err.Error(), name+" (must be an http or https URL)") || strings.Contains(err.Error(), "MARK") {
				t.Errorf("%s=%q: %v", name, value, err)
			}
		}
	}
}

// Where the users are is chosen by one setting.
func TestDirectoryIsChosenByItsURL(t *testing.T) {
	settings := goodSettings()
	f, err := OnUsers(nil, nil)(getenv(settings))
	if err != nil || f.config.Directory != nil {
		t.Errorf("without a URL: %v, %v", f.config.Directory, err)
	}
	isDirectory := func(s step) bool { return s.part == "directory" }
	settings["WXBIND_DIRECTORY_URL"] = "https://users.example.com/wxbind"
	if f, err = OnUsers(nil, nil)(getenv(settings)); err != nil || f.config.Directory == nil || !slices.ContainsFunc(f.steps, isDirectory) {
		t.Errorf("with a URL: %v", err)
	}
	for _, value := range []string{"http://users.example.com/MARK", "MARK", "https://MARK:MARK@users.example.com"} {
		settings["WXBIND_DIRECTORY_URL"] = value
		if _, err := OnUsers(nil, nil)(getenv(settings)); err == nil || !strings.Contains(err.Error(), "WXBIND_DIRECTORY_URL") || strings.Contains(err.Error(), "MARK") {
			t.Errorf("%s: %v", value, err)
		}
	}
	if _, err := OnSessions(getenv(settings)); err != nil {
		t.Errorf("a function that lets nobody in looks at it: %v", err)
	}
}
