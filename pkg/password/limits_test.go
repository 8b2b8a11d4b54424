package password

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
)

// Each limit of a stored argon2id hash is tested on both sides: the last value that is accepted, and the first that
// is not.
func TestArgon2idLimitsAreExact(t *testing.T) {
	type hash struct{ memory, passes, lanes, salt, key int }
	for name, c := range map[string]struct{ within, beyond hash }{
		"the least memory":        {hash{8, 1, 1, 8, 16}, hash{7, 1, 1, 8, 16}},
		"the least memory a lane": {hash{64, 1, 8, 8, 16}, hash{63, 1, 8, 8, 16}},
		"the most memory":         {hash{65536, 1, 1, 8, 16}, hash{65537, 1, 1, 8, 16}},
		"the most passes":         {hash{8, 16, 1, 8, 16}, hash{8, 17, 1, 8, 16}},
		"the most lanes":          {hash{128, 1, 8, 8, 16}, hash{128, 1, 9, 8, 16}},
		"the most work":           {hash{65536, 4, 1, 8, 16}, hash{52429, 5, 1, 8, 16}}, // 4*65536, and 1 more
		"the shortest salt":       {hash{8, 1, 1, 8, 16}, hash{8, 1, 1, 7, 16}},
		"the longest salt":        {hash{8, 1, 1, 64, 16}, hash{8, 1, 1, 65, 16}},
		"the shortest key":        {hash{8, 1, 1, 8, 16}, hash{8, 1, 1, 8, 15}},
		"the longest key":         {hash{8, 1, 1, 8, 64}, hash{8, 1, 1, 8, 65}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, read := range []bool{true, false} {
				h := c.beyond
				if read {
					h = c.within
				}
				blob := func(n int) string { return base64.RawStdEncoding.EncodeToString(make([]byte, n)) }
				text := fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", h.memory, h.passes, h.lanes, blob(h.salt), blob(h.key))
				if _, err := parse(login.Hidden(text)); (err == nil) != read {
					t.Errorf("%+v: %v", h, err)
				}
			}
		})
	}
}

// Each minimum of a hash that is to be stored is tested on both sides. A hash below it that is stored already still
// verifies.
func TestWeakHashesAreNotImported(t *testing.T) {
	argon := func(params string) string {
		return "$argon2id$v=19$" + params + "$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	}
	bcryptOf := func(cost string) string { return strings.Replace(bcrypt4, "$04$", "$"+cost+"$", 1) }
	for name, c := range map[string]struct{ enough, weak, want string }{
		"argon2id, 1 pass":      {argon("m=47104,t=1,p=1"), argon("m=47103,t=1,p=1"), "t=1 must have at least m=47104"},
		"argon2id, 2 passes":    {argon("m=19456,t=2,p=1"), argon("m=19455,t=2,p=1"), "t=2 must have at least m=19456"},
		"argon2id, 3 passes":    {argon("m=12288,t=3,p=1"), argon("m=12287,t=3,p=1"), "t=3 must have at least m=12288"},
		"argon2id, 4 passes":    {argon("m=9216,t=4,p=1"), argon("m=9215,t=4,p=1"), "t=4 must have at least m=9216"},
		"argon2id, 5 passes":    {argon("m=7168,t=5,p=1"), argon("m=7167,t=5,p=1"), "t=5 must have at least m=7168"},
		"argon2id, many passes": {argon("m=7168,t=16,p=1"), argon("m=7167,t=16,p=1"), "t=16 must have at least m=7168"},
		"argon2id, many lanes":  {argon("m=19456,t=2,p=8"), argon("m=19455,t=2,p=8"), "at least m=19456"},
		"bcrypt":                {bcryptOf("10"), bcryptOf("09"), "bcrypt's cost must be at least 10"},
	} {
		t.Run(name, func(t *testing.T) {
			h := New(Config{})
			if _, err := h.Kind(login.Hidden(c.enough)); err != nil {
				t.Errorf("%s: %v", c.enough, err)
			}
			if _, err := h.Kind(login.Hidden(c.weak)); !errors.Is(err, login.ErrHashTooWeak) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v; want one with %q", c.weak, err, c.want)
			}
			if ok, outdated, err := h.Verify(t.Context(), login.Hidden(c.weak), "wrong", nil); ok || !outdated || err != nil {
				t.Errorf("Verify = %v, %v, %v", ok, outdated, err)
			}
		})
	}
}
