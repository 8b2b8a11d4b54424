package password

import (
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
)

// Whatever a hash looks like, reading it neither panics nor lets through work
// beyond the limits, and an argon2id hash that is read is written the same again.
func FuzzParse(f *testing.F) {
	f.Add("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
	f.Add("$2a$10$XajjQvNhvvRt5GSeFk1xFeyqRrsxkhBkUiQeg0dt.wU1qD4aFDcga")
	f.Fuzz(func(t *testing.T, hash string) {
		v, err := parse(login.Hidden(hash))
		if err != nil {
			return
		}
		h, ok := v.(*argon2id)
		if !ok {
			return
		}
		if string(h.text()) != hash {
			t.Errorf("%q is written as %q", hash, string(h.text()))
		}
		if h.memory > maxMemory || h.memory*h.passes > maxWork || h.lanes > maxLanes || h.lanes < 1 || h.passes < 1 {
			t.Errorf("%q is beyond the limits", hash)
		}
		if len(h.salt) < minSaltLen || len(h.key) < minKeyLen {
			t.Errorf("%q has too short a salt or key", hash)
		}
	})
}
