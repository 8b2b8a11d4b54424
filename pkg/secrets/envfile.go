package secrets

import (
	"fmt"
	"strings"
)

// EnvFileSuffix makes of a setting the one that names a file with its value.
const EnvFileSuffix = "_FILE"

// WithFiles returns getenv with the values of WX_APPSECRET, WX_SERVICES, WX_DIRECTORY_KEY and WXBIND_WEBHOOK_KEY from the files
// that the same names with _FILE name, as containers get their secrets. One line break at the end of a file does not count. Others may be able to read it, since that is how containers mount it.
//
// Errors say what is wrong with a file, or that a setting is there twice, never a value.
func WithFiles(getenv func(string) string) (func(string) string, error) {
	values := map[string]string{}
	for _, name := range []string{EnvAppSecret, EnvServices, EnvDirectoryKey, EnvWebhookKey} {
		setting := name + EnvFileSuffix
		path := getenv(setting)
		if path == "" {
			continue
		}
		if getenv(name) != "" {
			return nil, fmt.Errorf("%s and %s are both set: leave one out", name, setting)
		}
		text, err := readFile(path, false)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", setting, err)
		}
		value := strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")
		if err := checkText(value, setting+": what the file holds"); err != nil {
			return nil, err
		}
		values[name] = value
	}
	return func(name string) string {
		if value, ok := values[name]; ok {
			return value
		}
		return getenv(name)
	}, nil
}

// ServicesFromEnv makes a Static of nothing but the services in WX_SERVICES. It has no secret.
//
// Errors say what is wrong, never a value.
func ServicesFromEnv(getenv func(string) string) (*Static, error) {
	return (&Static{}).WithEnv(func(name string) string {
		if name != EnvServices {
			return ""
		}
		return getenv(name)
	})
}
