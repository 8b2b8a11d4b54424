package login_test

import (
	"slices"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
)

// A page draws exactly what can succeed.
func TestWays(t *testing.T) {
	type words = []login.Registration
	for name, row := range map[string]struct {
		key    login.Hidden
		policy login.Policy
		want   []login.Way
	}{
		"nothing said":         {"k", login.Policy{PhoneTrust: login.DefaultPhoneTrust}, []login.Way{"password", "phone"}},
		"no number is trusted": {"k", login.Policy{}, []login.Way{"password"}},
		"no number is trusted, but one makes a user": {"k", login.Policy{Register: words{"phone"}}, []login.Way{"password", "phone"}},
		"everything":                           {"k", login.Policy{Register: login.Registrations(), PhoneTrust: login.DefaultPhoneTrust}, []login.Way{"password", "phone", "register"}},
		"at launch, which needs no button":     {"k", login.Policy{Register: words{"launch"}}, []login.Way{"password"}},
		"no index key":                         {"", login.Policy{PhoneTrust: login.DefaultPhoneTrust}, []login.Way{"password"}},
		"no index key, and who asks is a user": {"", login.Policy{Register: words{"ask"}, PhoneTrust: login.DefaultPhoneTrust}, []login.Way{"password", "register"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := &login.Secret{IndexKey: row.key}
			if got := s.Ways(login.App{ID: "wx1", Policy: row.policy}); !slices.Equal(got, row.want) {
				t.Errorf("got %v, want %v", got, row.want)
			}
		})
	}
}
