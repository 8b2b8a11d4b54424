package login_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

func TestSealedTextOpensOnlyInItsPlace(t *testing.T) {
	s := logintest.SecretWith("1")
	sealed := s.Seal([]byte("the key"), "session_key", "wx1", "o1")
	if strings.Contains(sealed, "the key") {
		t.Fatal("it is in clear")
	}
	if plain, err := s.Open(sealed, "session_key", "wx1", "o1"); err != nil || string(plain) != "the key" {
		t.Fatalf("got %q, %v", plain, err)
	}
	for name, open := range map[string]func() ([]byte, error){
		"for another openid":     func() ([]byte, error) { return s.Open(sealed, "session_key", "wx1", "o2") },
		"for another purpose":    func() ([]byte, error) { return s.Open(sealed, "code", "wx1", "o1") },
		"with the parts moved":   func() ([]byte, error) { return s.Open(sealed, "session_key", "wx1o", "1") },
		"with a bit turned":      func() ([]byte, error) { return s.Open(flipped(sealed), "session_key", "wx1", "o1") },
		"cut short":              func() ([]byte, error) { return s.Open(sealed[:10], "session_key", "wx1", "o1") },
		"with nothing behind it": func() ([]byte, error) { return s.Open("1.", "session_key", "wx1", "o1") },
		"without a key id":       func() ([]byte, error) { return s.Open("x", "session_key", "wx1", "o1") },
	} {
		if _, err := open(); !errors.Is(err, login.ErrSealBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSealKeysRotate(t *testing.T) {
	before, after, last := logintest.SecretWith("1"), logintest.SecretWith("2", "1"), logintest.SecretWith("2")
	old := before.Seal([]byte("x"), "p")
	if _, err := after.Open(old, "p"); err != nil {
		t.Errorf("an old text: %v", err)
	}
	fresh := after.Seal([]byte("x"), "p")
	if !strings.HasPrefix(fresh, "2.") {
		t.Errorf("sealed with %s", fresh[:2])
	}
	if _, err := before.Open(fresh, "p"); !errors.Is(err, login.ErrUnknownSealKey) {
		t.Errorf("a process that has not heard of the new key: %v", err)
	}
	if _, err := last.Open(old, "p"); !errors.Is(err, login.ErrUnknownSealKey) {
		t.Errorf("a key that was taken away: %v", err)
	}
}

func TestHashStaysWhileAKeyIsAdded(t *testing.T) {
	if logintest.SecretWith("1").Hash("p", "a") != logintest.SecretWith("2", "1").Hash("p", "a") {
		t.Error("two processes name one record differently")
	}
	s := logintest.SecretWith("1")
	if s.Hash("p", "ab", "c") == s.Hash("p", "a", "bc") || s.Hash("p", "a") == s.Hash("q", "a") {
		t.Error("two records have one name")
	}
}

// The oldest seal key is retired one day. Names that were made with it are others then, and what users are found by is not:
// everybody would be registered twice.
func TestIndexStaysWhenASealKeyIsRetired(t *testing.T) {
	before, between, after := logintest.SecretWith("1"), logintest.SecretWith("2", "1"), logintest.SecretWith("2")
	for _, found := range [][]string{{"phone", "+8613800138000"}, {"union", "u1"}, {"identity", "wx1", "o1"}} {
		index, hash := before.Index(found[0], found[1:]...), before.Hash(found[0], found[1:]...)
		if between.Index(found[0], found[1:]...) != index || after.Index(found[0], found[1:]...) != index {
			t.Errorf("the index of a %s is another", found[0])
		}
		if len(index) != 32 || between.Hash(found[0], found[1:]...) != hash || after.Hash(found[0], found[1:]...) == hash {
			t.Errorf("the index of a %s is %s; its hash must change with the oldest key", found[0], index)
		}
	}
	if before.Index("identity", "wx1", "o1") == before.Index("identity", "wx1o", "1") || before.Index("phone", "1") == before.Index("union", "1") {
		t.Error("two have one index")
	}
	if after.IndexKey = ""; after.Index("phone", "+8613800138000") != "" {
		t.Error("there is an index without a key")
	}
}

// What is stored outlives a version of the program.
func TestSealsHashesAndIndexesOfBefore(t *testing.T) {
	s := logintest.SecretWith("1")
	if plain, err := s.Open("1.-r2_Gk4hbHT6t1hxbdovnPD8ZZ0K_TrTZR3nB_bJaAb4kmk", "session_key", "wx1", "o1"); err != nil || string(plain) != "the key" {
		t.Errorf("got %q, %v", plain, err)
	}
	if hash := s.Hash("p", "a", "bc"); hash != "46619b26ff35ed60a55b1e95a3e54528fd88553fcf832544f311fef6f95a2d96" {
		t.Errorf("got %s", hash)
	}
	if index := s.Index("p", "a", "bc"); index != "zU4K4K-ukBxMDjWgg4G5cFwqJp0pJVA9" {
		t.Errorf("got %s", index)
	}
}

// A secret that has been used has more in it that must not be shown than before.
func TestUsedSecretShowsNoKey(t *testing.T) {
	s := logintest.SecretWith("1")
	before := fmt.Sprintf("%v %+v", s, s)
	s.Hash("p")
	after := regexp.MustCompile(`0x[0-9a-f]+`).ReplaceAllString(fmt.Sprintf("%v %+v", s, s), "<nil>")
	if after != before {
		t.Errorf("it prints as %s, and did as %s", after, before)
	}
}

func TestSecretValidate(t *testing.T) {
	for name, c := range map[string]struct {
		change func(s *login.Secret)
		want   string
	}{
		"no apps":            {func(s *login.Secret) { s.Apps = nil }, "apps"},
		"no such default":    {func(s *login.Secret) { s.DefaultApp = "wx" }, "defaultApp"},
		"no AppSecret":       {func(s *login.Secret) { s.Apps["wxtwo"] = login.App{ID: "wxtwo"} }, "apps.wxtwo.appSecret"},
		"no appid":           {func(s *login.Secret) { s.Apps["a#b"] = login.App{ID: "a#b", Secret: "planted"} }, "apps"},
		"no seal keys":       {func(s *login.Secret) { s.SealKeys = nil }, "sealKeys"},
		"a short seal key":   {func(s *login.Secret) { s.SealKeys[1].Key = "planted" }, "sealKeys[1].key"},
		"a bad seal key id":  {func(s *login.Secret) { s.SealKeys[0].ID = "a.b" }, "sealKeys[0].id"},
		"two keys of one id": {func(s *login.Secret) { s.SealKeys[1].ID = "2" }, "sealKeys[1].id"},
	} {
		t.Run(name, func(t *testing.T) {
			s := logintest.SecretWith("2", "1")
			if err := s.Validate(); err != nil {
				t.Fatalf("a good one: %v", err)
			}
			c.change(s)
			err := s.Validate()
			if err == nil || !strings.HasPrefix(err.Error(), c.want+" ") || strings.Contains(err.Error(), "planted") {
				t.Errorf("got %v, want one about %s", err, c.want)
			}
		})
	}
}

// flipped turns one bit in the middle of a sealed text.
func flipped(sealed string) string {
	b := []byte(sealed)
	if b[len(b)/2] ^= 1; b[len(b)/2] == '=' {
		b[len(b)/2] = 'A'
	}
	return string(b)
}
