package password_test

import (
	"encoding/base64"
	"fmt"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/password"
)

// Each limit of an imported argon2id hash is tested on both sides: the last value that is accepted, and the first that
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
				if _, err := password.New(password.Config{}).Kind(login.Hidden(text)); (err == nil) != read {
					t.Errorf("%+v: %v", h, err)
				}
			}
		})
	}
}
