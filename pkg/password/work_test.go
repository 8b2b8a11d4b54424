package password

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
)

const (
	bcrypt4     = "$2a$04$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy"
	bcrypt5     = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW" // of U*U
	argonSmall  = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
	argonSmallK = "argon2id m=256,t=2,p=1"
)

// counting is a Hasher that records the kinds that it has computed.
func counting() (*Hasher, *[]string) {
	h, done := New(Config{}), new([]string)
	h.verify = func(v verifier, password login.Hidden) (ok, outdated bool) {
		*done = append(*done, v.kind())
		return v.verify(password)
	}
	return h, done
}

// Whatever hash a user has, and even if the user does not exist, a wrong password does the same work in the same order.
func TestWrongPasswordCostsEachKindOnce(t *testing.T) {
	lighten(t)
	h, done := counting()
	own, err := h.Hash(t.Context(), "right")
	if err != nil {
		t.Fatal(err)
	}
	hashes := map[string]login.Hidden{
		"PBKDF2": "pbkdf2_sha256$1$seasalt$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "md5": "md5$seasalt$3f86d0d3d465b7b458c231bf3555c0e3",
		"scrypt": "scrypt$16$seasalt$1$1$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"no":     "", "today's": own, "bcrypt 4": bcrypt4, "bcrypt 5": bcrypt5, "another argon2id": argonSmall}
	long := login.Hidden(make([]byte, 100))
	for name, c := range map[string]struct {
		kinds, want []string
		of          []string // the hashes that are levelled; nil for all
	}{
		"all kinds noted": {kinds: []string{argonSmallK, "bcrypt 4", "bcrypt 5"}, want: []string{"", argonSmallK, "bcrypt 4", "bcrypt 5"}, of: []string{"no", "today's", "bcrypt 4", "bcrypt 5", "another argon2id"}},
		"kinds of platforms": {
			kinds: []string{"md5", "pbkdf2-sha256 9375", "scrypt n=16,r=1,p=1"}, want: []string{"", "md5", "pbkdf2-sha256 9375", "scrypt n=16,r=1,p=1"},
			of: []string{"no", "today's", "PBKDF2", "md5", "scrypt"},
		},
		"no kinds":           {want: []string{""}, of: []string{"no", "today's"}},
		"a kind noted twice": {kinds: []string{"bcrypt 4", "bcrypt 4", ""}, want: []string{"", "bcrypt 4"}, of: []string{"no", "today's", "bcrypt 4"}},
		"a kind that is today's": {
			kinds: []string{argon2idKind + today.text()}, want: []string{""}, of: []string{"no", "today's"},
		},
		"more kinds than are levelled": {
			kinds: []string{"argon2id m=64,t=1,p=1", argonSmallK, "bcrypt 4", "bcrypt 5", "bcrypt 12"},
			want:  []string{"", "argon2id m=64,t=1,p=1", argonSmallK, "bcrypt 4", "bcrypt 5"},
			of:    []string{"no", "today's", "bcrypt 4", "bcrypt 5", "another argon2id"},
		},
		"a user of a kind that is not noted": {
			kinds: []string{"bcrypt 4"}, want: []string{"", "bcrypt 4", "bcrypt 5"}, of: []string{"bcrypt 5"},
		},
	} {
		for hash, text := range hashes {
			if c.of != nil && !slices.Contains(c.of, hash) {
				continue
			}
			for _, pw := range []login.Hidden{"wrong", "", long} {
				*done = nil
				if ok, _, err := h.Verify(t.Context(), text, pw, c.kinds); ok || err != nil {
					t.Errorf("%s, %s hash: Verify = %v, %v", name, hash, ok, err)
				}
				if !slices.Equal(*done, c.want) {
					t.Errorf("%s, %s hash: the work was %q, want %q", name, hash, *done, c.want)
				}
			}
		}
	}
}

// It costs the work before its own hash in addition, which today's users do not have.
func TestRightPasswordEndsTheWork(t *testing.T) {
	h, done := counting()
	own, err := h.Hash(t.Context(), "right")
	if err != nil {
		t.Fatal(err)
	}
	kinds := []string{"bcrypt 4", "bcrypt 5", argonSmallK}
	for _, c := range []struct {
		hash, password login.Hidden
		want           []string
	}{
		{own, "right", []string{""}},
		{bcrypt5, "U*U", []string{"", "bcrypt 4", "bcrypt 5"}},
	} {
		*done = nil
		if ok, _, err := h.Verify(t.Context(), c.hash, c.password, kinds); !ok || err != nil {
			t.Fatalf("Verify = %v, %v", ok, err)
		}
		if !slices.Equal(*done, c.want) {
			t.Errorf("the work was %q, want %q", *done, c.want)
		}
	}
}

// A request whose time is up takes no processor from others.
func TestWorkEndsWithTheContext(t *testing.T) {
	h, done := counting()
	ctx, cancel := context.WithCancel(t.Context())
	count := h.verify
	h.verify = func(v verifier, password login.Hidden) (ok, outdated bool) {
		cancel()
		return count(v, password)
	}
	ok, _, err := h.Verify(ctx, bcrypt4, "wrong", []string{"bcrypt 4", "bcrypt 5"})
	if ok || !errors.Is(err, context.Canceled) || !errors.Is(err, login.Overloaded) || !errors.Is(err, login.ErrUndecided) {
		t.Errorf("Verify = %v, %v; want overloaded and undecided, with the context's error", ok, err)
	}
	if len(*done) != 1 {
		t.Errorf("the work was %q", *done)
	}
}
