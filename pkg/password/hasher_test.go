package password_test

import (
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/password"
)

// Hashes made by others. Unless noted, the argon2id ones are from the test of the reference implementation
// (phc-winner-argon2, src/test.c), the bcrypt ones from that of Openwall's crypt_blowfish (wrapper.c).
const (
	argonReference = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	argonSmall     = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
	bcrypt2a       = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
	bcrypt2y       = "$2y$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e"
	bcryptLong     = "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui"
	bcryptGo       = "$2a$10$XajjQvNhvvRt5GSeFk1xFeyqRrsxkhBkUiQeg0dt.wU1qD4aFDcga" // golang.org/x/crypto/bcrypt
)

const seventyTwo = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

func TestVerifyReadsHashesOfOthers(t *testing.T) {
	tests := []struct {
		name         string
		hash         login.Hidden
		password     login.Hidden
		ok, outdated bool
	}{
		{"argon2id of the reference implementation", argonReference, "password", true, true},
		{"argon2id, wrong password", argonReference, "Password", false, true},
		{"argon2id with little memory", argonSmall, "password", true, true},
		{"bcrypt $2a$", bcrypt2a, "U*U", true, true},
		{"bcrypt $2a$, wrong password", bcrypt2a, "U*U*", false, true},
		{"bcrypt $2b$ is computed as $2a$", login.Hidden(strings.Replace(bcrypt2a, "2a", "2b", 1)), "U*U", true, true},
		{"bcrypt $2y$ of bytes beyond ASCII", bcrypt2y, "\xff\xff\xa3", true, true},
		{"bcrypt of cost 10", bcryptGo, "allmine", true, true},
		{"bcrypt reads 72 bytes", bcryptLong, seventyTwo, true, true},
		{"bcrypt ignores the rest, so a longer password is wrong", bcryptLong, login.Hidden(seventyTwo) + "x", false, true},
		{"bcrypt, wrong within 72 bytes", bcryptLong, "x" + login.Hidden(seventyTwo[1:]), false, true},
	}
	h := password.New(password.Config{})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ok, outdated, err := h.Verify(t.Context(), tt.hash, tt.password, nil)
			if ok != tt.ok || outdated != tt.outdated || err != nil {
				t.Errorf("Verify = %v, %v, %v; want %v, %v", ok, outdated, err, tt.ok, tt.outdated)
			}
		})
	}
}

func TestOutdatedMeansOtherParametersThanTodays(t *testing.T) {
	salt, key := strings.Repeat("A", 22), strings.Repeat("A", 43)
	tests := []struct {
		name, hash string
		outdated   bool
	}{
		{"today's", "$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$" + key, false},
		{"less memory", "$argon2id$v=19$m=4096,t=2,p=1$" + salt + "$" + key, true},
		{"one pass", "$argon2id$v=19$m=19456,t=1,p=1$" + salt + "$" + key, true},
		{"two lanes", "$argon2id$v=19$m=19456,t=2,p=2$" + salt + "$" + key, true},
		{"a salt of 8 bytes", "$argon2id$v=19$m=19456,t=2,p=1$" + salt[:11] + "$" + key, true},
		{"a key of 16 bytes", "$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$" + key[:22], true},
	}
	h := password.New(password.Config{})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, outdated, err := h.Verify(t.Context(), login.Hidden(tt.hash), "any", nil); outdated != tt.outdated || err != nil {
				t.Errorf("outdated = %v, %v; want %v", outdated, err, tt.outdated)
			}
		})
	}
}

func TestHashIsVerifiedAndUpToDate(t *testing.T) {
	h := password.New(password.Config{})
	for _, pw := range []login.Hidden{"", "correct horse", "密码\x00尾", login.Hidden(strings.Repeat("x", 1000))} {
		hash, err := h.Hash(t.Context(), pw)
		if err != nil {
			t.Fatal(err)
		}
		form := `^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`
		if !regexp.MustCompile(form).MatchString(string(hash)) {
			t.Errorf("Hash = %s; want a PHC string like %s", string(hash), form)
		}
		if ok, outdated, err := h.Verify(t.Context(), hash, pw, nil); !ok || outdated || err != nil {
			t.Errorf("Verify of the same = %v, %v, %v; want true, false", ok, outdated, err)
		}
		if ok, _, err := h.Verify(t.Context(), hash, pw+"x", nil); ok || err != nil {
			t.Errorf("Verify of another = %v, %v; want false", ok, err)
		}
	}
}

func TestHashTakesAFreshSalt(t *testing.T) {
	h := password.New(password.Config{})
	one, err1 := h.Hash(t.Context(), "same")
	two, err2 := h.Hash(t.Context(), "same")
	if one == two || err1 != nil || err2 != nil {
		t.Errorf("two hashes of one password are the same (%v, %v)", err1, err2)
	}
}

// A hash for a user who does not exist must cost as much as a real one. Time is no measure on a busy machine; the
// memory that a hash allocates is.
func TestEmptyHashMatchesNothingAtEqualWork(t *testing.T) {
	h := password.New(password.Config{})
	real, err := h.Hash(t.Context(), "right")
	if err != nil {
		t.Fatal(err)
	}
	verify := func(hash login.Hidden) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if ok, outdated, err := h.Verify(t.Context(), hash, "wrong", nil); ok || outdated || err != nil {
			t.Errorf("Verify = %v, %v, %v; want false, false", ok, outdated, err)
		}
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	if with, without := verify(real), verify(""); without < with*9/10 || without < 19<<20 {
		t.Errorf("an empty hash takes %d bytes, a real one %d", without, with)
	}
	for _, pw := range []login.Hidden{"", "\x00"} {
		if ok, _, err := h.Verify(t.Context(), "", pw, nil); ok || err != nil {
			t.Errorf("Verify of an empty hash = %v, %v; want false", ok, err)
		}
	}
}

func BenchmarkHash(b *testing.B) {
	h := password.New(password.Config{})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.Hash(b.Context(), "correct horse battery staple"); err != nil {
			b.Fatal(err)
		}
	}
}
