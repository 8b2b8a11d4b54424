package password

import (
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// most is the effort of bcrypt of cost 12, than which nothing may take longer.
const most = 60 * time.Microsecond << maxCost

// For any hash: reading it neither panics nor allows work beyond the limits, its kind is one that decoys exist for, and
// an argon2id hash is written again as it was read.
func FuzzParse(f *testing.F) {
	f.Add("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
	f.Add("$2a$10$XajjQvNhvvRt5GSeFk1xFeyqRrsxkhBkUiQeg0dt.wU1qD4aFDcga")
	for _, platform := range platforms {
		for _, hash := range platform {
			f.Add(string(hash))
		}
	}
	f.Add("{pbkdf2}5d923b44a6d129f3ddf3e3c8d29412723dcbde72445e8ef6bf3b508fbf17fa4ed4d6b99ca763d8dc")
	f.Fuzz(func(t *testing.T, hash string) {
		v, err := parse(login.Hidden(hash))
		if err != nil {
			return
		}
		decoy, err := decoyOf(v.kind())
		if err != nil || decoy.kind() != v.kind() {
			t.Errorf("%q is of kind %q, whose decoy is %v, %v", hash, v.kind(), decoy, err)
		}
		if decoy.effort() != v.effort() {
			t.Errorf("%q takes %v, and its decoy %v", hash, v.effort(), decoy.effort())
		}
		if v.effort() > most {
			t.Errorf("%q takes %v", hash, v.effort())
		}
		h, ok := v.(*argon2id)
		if !ok {
			return
		}
		if !strings.HasSuffix(hash, string(h.text())) {
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

// For any kind: reading it neither panics nor allows work beyond the limits, and it is written again as it was read.
func FuzzKind(f *testing.F) {
	f.Add("bcrypt 10")
	f.Add("argon2id m=65536,t=3,p=4")
	f.Add("pbkdf2-sha256 600000")
	f.Add("pbkdf2-sha1 9375")
	f.Add("scrypt n=16384,r=8,p=5")
	f.Add("md5")
	f.Fuzz(func(t *testing.T, kind string) {
		decoy, err := decoyOf(kind)
		if err != nil {
			return
		}
		if got := decoy.kind(); got != kind && got != "" {
			t.Errorf("%q is written as %q", kind, got)
		}
		if decoy.effort() > most {
			t.Errorf("%q takes %v", kind, decoy.effort())
		}
		var read verifier
		switch d := decoy.(type) {
		case *argon2id:
			read, err = parse(d.text())
		case bcryptHash:
			read, err = parse(login.Hidden(d))
		default: // no form writes decoys of these
			return
		}
		if err != nil || read.kind() != decoy.kind() {
			t.Errorf("the decoy of %q is no hash that is read: %v", kind, err)
		}
	})
}
