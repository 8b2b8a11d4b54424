package password_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/password"
)

func TestKind(t *testing.T) {
	h := password.New(password.Config{})
	own, err := h.Hash(t.Context(), "password")
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range []struct {
		name string
		hash login.Hidden
		kind string
	}{
		{"argon2id of today", own, ""},
		{"argon2id of today with a short salt", "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", ""},
		{"argon2id", argonReference, "argon2id m=65536,t=2,p=1"},
		{"argon2id, 64 MiB, 4 lanes", "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "argon2id m=65536,t=3,p=4"},
		{"bcrypt $2a$", bcryptGo, "bcrypt 10"},
		{"bcrypt $2y$", login.Hidden(strings.Replace(bcryptGo, "2a", "2y", 1)), "bcrypt 10"},
		{"bcrypt of cost 12", "$2b$12$XajjQvNhvvRt5GSeFk1xFeyqRrsxkhBkUiQeg0dt.wU1qD4aFDcga", "bcrypt 12"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			kind, err := h.Kind(tt.hash)
			if kind != tt.kind || err != nil {
				t.Fatalf("Kind = %q, %v; want %q", kind, err, tt.kind)
			}
			// Verify reads the kind before it finds that there is no time for the work.
			if _, _, err := h.Verify(ended, "", "password", []string{kind}); !errors.Is(err, context.Canceled) {
				t.Errorf("Verify does not know the kind: %v", err)
			}
		})
	}
}

func TestKindsThatAreNotRead(t *testing.T) {
	h := password.New(password.Config{})
	for name, kind := range map[string]string{
		"another algorithm":       "scrypt 14",
		"no parameters":           "bcrypt",
		"bcrypt of no cost":       "bcrypt ",
		"bcrypt beyond the limit": "bcrypt 13",
		"bcrypt below the limit":  "bcrypt 3",
		"bcrypt with a zero":      "bcrypt 05",
		"bcrypt with a sign":      "bcrypt +5",
		"argon2id beyond":         "argon2id m=65537,t=1,p=1",
		"argon2id in disorder":    "argon2id t=1,m=65536,p=1",
		"argon2id cut short":      "argon2id m=65536,t=1",
		"a space more":            "argon2id  m=65536,t=1,p=1",
	} {
		if ok, _, err := h.Verify(t.Context(), bcrypt2a, "U*U", []string{kind}); ok || err == nil {
			t.Errorf("%s: Verify = %v, %v; want an error", name, ok, err)
		}
	}
}

func TestHashesThatAreNotRead(t *testing.T) {
	const salt, key = "c29tZXNhbHQ", "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	tests := []struct{ name, hash, want string }{
		{"too much memory", "$argon2id$v=19$m=65537,t=1,p=1$" + salt + "$" + key, "m must be"},
		{"memory that overflows", "$argon2id$v=19$m=4294967296,t=1,p=1$" + salt + "$" + key, "m must be"},
		{"too many passes", "$argon2id$v=19$m=19456,t=17,p=1$" + salt + "$" + key, "t must be"},
		{"no pass", "$argon2id$v=19$m=19456,t=0,p=1$" + salt + "$" + key, "t must be"},
		{"too much of both", "$argon2id$v=19$m=65536,t=5,p=1$" + salt + "$" + key, "m*t at most"},
		{"too many lanes", "$argon2id$v=19$m=19456,t=2,p=9$" + salt + "$" + key, "p must be"},
		{"no lane", "$argon2id$v=19$m=19456,t=2,p=0$" + salt + "$" + key, "p must be"},
		{"less memory than its lanes need", "$argon2id$v=19$m=31,t=2,p=4$" + salt + "$" + key, "8*p"},
		{"a sign", "$argon2id$v=19$m=+19456,t=2,p=1$" + salt + "$" + key, "m must be"},
		{"a leading zero", "$argon2id$v=19$m=019456,t=2,p=1$" + salt + "$" + key, "m must be"},
		{"another order", "$argon2id$v=19$t=2,m=19456,p=1$" + salt + "$" + key, "m must be"},
		{"a key id", "$argon2id$v=19$m=19456,t=2,p=1,keyid=YWJj$" + salt + "$" + key, "in this order"},
		{"no version", "$argon2id$m=19456,t=2,p=1$" + salt + "$" + key, "must be $argon2id$"},
		{"an old version", "$argon2id$v=16$m=19456,t=2,p=1$" + salt + "$" + key, "version 19"},
		{"one field more", "$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$" + key + "$", "must be $argon2id$"},
		{"a short salt", "$argon2id$v=19$m=19456,t=2,p=1$YWJj$" + key, "salt must be"},
		{"a long salt", "$argon2id$v=19$m=19456,t=2,p=1$" + strings.Repeat("YWJj", 22) + "$" + key, "salt must be"},
		{"a short key, that anything might match", "$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$YQ", "key must be"},
		{"padding", "$argon2id$v=19$m=19456,t=2,p=1$" + salt + "=$" + key, "salt must be"},
		{"a line break", "$argon2id$v=19$m=19456,t=2,p=1$" + salt + "\n$" + key, "salt must be"},
		{"loose bits at the end", "$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$" + key[:42] + "d", "key must be"},
		{"argon2i", "$argon2i$v=19$m=65536,t=2,p=1$" + salt + "$" + key, "none of the forms"},
		{"bcrypt of cost 13", strings.Replace(bcryptGo, "$10$", "$13$", 1), "cost must be"},
		{"bcrypt with a sign", strings.Replace(bcryptGo, "$10$", "$+9$", 1), "cost must be"},
		{"bcrypt of cost 3", strings.Replace(bcryptGo, "$10$", "$03$", 1), "cost must be"},
		{"faulty bcrypt $2x$", strings.Replace(bcryptGo, "$2a$", "$2x$", 1), "$2a$, $2b$ or $2y$"},
		{"ancient bcrypt $2$", strings.Replace(bcryptGo, "$2a$", "$2$", 1), "$2a$, $2b$ or $2y$"},
		{"bcrypt cut short", bcryptGo[:59], "53 characters"},
		{"bcrypt with a tail", bcryptGo + "\n", "53 characters"},
		{"a password in clear", "S3CRET-in-clear", "none of the forms"},
		{"a password in clear that says so", "{noop}S3CRET", "none of the forms"},
		{"nothing", "", "empty"},
		{"far too long", argonReference + strings.Repeat("A", 512), "too long"},
	}
	h := password.New(password.Config{})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := h.Kind(login.Hidden(tt.hash))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("Kind = %v; want one with %q", err, tt.want)
			}
			for _, value := range []string{salt, key[:20], bcryptGo[7:29], "S3CRET"} {
				if strings.Contains(err.Error(), value) {
					t.Errorf("the error quotes the hash: %v", err)
				}
			}
			if tt.hash == "" {
				return // for Verify that is a user without a hash
			}
			if ok, _, err := h.Verify(t.Context(), login.Hidden(tt.hash), "password", nil); ok || err == nil {
				t.Errorf("Verify = %v, %v; want an error", ok, err)
			}
		})
	}
}

func TestGenerate(t *testing.T) {
	seen := map[login.Hidden]bool{}
	used := map[rune]bool{}
	for range 500 {
		pw := password.Generate()
		if seen[pw] {
			t.Fatal("the same password came twice")
		}
		seen[pw] = true
		groups := strings.Split(string(pw), "-")
		if len(groups) != 3 || len(groups[0]) != 6 || len(groups[1]) != 6 || len(groups[2]) != 6 {
			t.Fatalf("Generate = %s; want three groups of six", string(pw))
		}
		for _, r := range strings.Join(groups, "") {
			used[r] = true
		}
	}
	for r := range used {
		if !strings.ContainsRune("23456789abcdefghjkmnpqrstuvwxyz", r) {
			t.Errorf("%q is not readable", r)
		}
	}
	// 31 characters at 18 places make 89 bits. Each character comes 290 times in 500 passwords.
	if len(used) != 31 {
		t.Errorf("%d characters are in use; want 31", len(used))
	}
}
