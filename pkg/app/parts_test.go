package app

import (
	"slices"
	"testing"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/needs"
	"github.com/wxbind/wxbind/pkg/password"
	"github.com/wxbind/wxbind/pkg/passwordpolicy"
	"github.com/wxbind/wxbind/pkg/secrets/awssource"
	"github.com/wxbind/wxbind/pkg/username"
)

// A main must bring exactly what its routes need. Otherwise its function does not start,
// and says what to change.
func TestPartsFitTheNeeds(t *testing.T) {
	for name, c := range map[string]struct {
		needed needs.Set
		parts  []Part
		want   string
	}{
		"nothing":           {0, nil, ""},
		"one of the tables": {needs.Bindings, []Part{Stores}, ""},
		"all":               {needs.All, parts(needs.All), ""},
		"in another order":  {needs.Code, []Part{WeChat, Stores, Secret(awssource.New)}, ""},
		"none":              {needs.Token, nil, "functions/x must bring app.Stores"},
		"two are missing":   {needs.Code, []Part{Stores}, "functions/x must bring app.Secret; functions/x must bring app.WeChat"},
		"no passwords":      {needs.All, parts(needs.All &^ needs.Passwords), "functions/x must bring app.Passwords"},
		"no directory":      {needs.All, parts(needs.All &^ needs.Directory), "functions/x must bring app.Directory"},
		"one too many":      {needs.Token, []Part{Stores, WeChat}, "functions/x must not bring app.WeChat: none of its routes needs it"},
		"stores for nobody": {0, []Part{Stores}, "functions/x must not bring app.Stores: none of its routes needs it"},
		"a key without its secret": {
			needs.Token | needs.WeChat, []Part{Stores, WeChat},
			"a route of functions/x needs WeChat, whose key is in the secret: it must need Secret, too",
		},
		"one twice": {needs.Token, []Part{Stores, Stores}, "functions/x brings app.Stores twice"},
	} {
		t.Run(name, func(t *testing.T) {
			got := ""
			if err := checkParts("x", c.needed, c.parts); err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// No route has a nil port.
func TestEveryNeedIsMet(t *testing.T) {
	for _, route := range apigw.Routes() {
		needed := route.Needs()
		settings := goodSettings()
		settings["WXBIND_DIRECTORY_URL"] = "https://users.example.com/wxbind"
		brought := slices.DeleteFunc(parts(needed), func(p Part) bool { return p.meets == needs.Passwords })
		if needed.Has(needs.Passwords) {
			brought = append(brought, Passwords(password.New(password.Config{}), username.Fold, passwordpolicy.Check))
		}
		f, err := newFunction(getenv(settings), needed, brought)
		if err != nil {
			t.Fatal(err)
		}
		c := f.config
		for need, there := range map[needs.Set]bool{
			needs.Bindings: c.Store != nil, needs.Sessions: c.Store != nil, needs.Users: c.Store != nil, needs.Ephemeral: c.Store != nil,
			needs.Outbox: c.Store != nil,
			needs.Secret: c.Secrets != nil, needs.WeChat: c.WeChat != nil, needs.Directory: c.Directory != nil,
			needs.Passwords: c.Hasher != nil && c.Username != nil && c.PasswordPolicy != nil, needs.Services: c.Services != nil,
			needs.Pushes: c.Pushes != nil,
		} {
			if needed.Has(need) && !there {
				t.Errorf("%s: nothing meets %s", route.Key(), need)
			}
		}
	}
}
