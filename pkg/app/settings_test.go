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

func TestSettingsNameWhatIsMissing(t *testing.T) {
	if _, err := SettingsFrom(getenv(goodSettings())); err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(goodSettings())) {
		settings := goodSettings()
		delete(settings, name)
		if _, err := SettingsFrom(getenv(settings)); err == nil || err.Error() != "settings: "+name+" (not set)" {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

func TestSettingsNameWhatIsWrong(t *testing.T) {
	for _, name := range []string{"WECHAT_API_BASE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SECRETS_MANAGER"} {
		for _, value := range []string{"MARK", "ftp://MARK", "http://", "http://MARK\x7f", "//MARK"} {
			settings := goodSettings()
			settings[name] = value
			_, err := SettingsFrom(getenv(settings))
			if err == nil || !strings.Contains(err.Error(), name+" (must be an http or https URL)") || strings.Contains(err.Error(), "MARK") {
				t.Errorf("%s=%q: %v", name, value, err)
			}
		}
	}
}
