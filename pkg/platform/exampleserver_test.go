package platform_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/platform"
)

var (
	alice = login.Profile{ID: "1001", Username: "alice", Name: "Alice", Roles: []string{"boss", "clerk"}}
	bob   = login.Profile{ID: "id/of ?鲍勃", Username: "bob", Name: "鲍勃"}
)

func equal(a, b login.Profile) bool {
	return a.ID == b.ID && a.Username == b.Username && a.Name == b.Name && slices.Equal(a.Roles, b.Roles) && a.Disabled == b.Disabled
}

// The client and the example server agree, and both follow openapi.yaml.
func TestClientAndExample(t *testing.T) {
	d := startDirectory(t, alice, bob)
	c := newClient(t, platform.Config{URL: witness(t, d.url)})
	ctx := t.Context()

	for _, want := range []login.Profile{alice, bob} {
		if got, err := c.Authenticate(ctx, want.Username, password); err != nil || !equal(got, want) {
			t.Errorf("Authenticate = %+v, %v; want %+v", got, err, want)
		}
		if got, err := c.Profile(ctx, want.ID); err != nil || !equal(got, want) {
			t.Errorf("Profile = %+v, %v; want %+v", got, err, want)
		}
	}
	if _, err := c.Authenticate(ctx, "alice", "wrong"); !errors.Is(err, login.InvalidCredentials) {
		t.Errorf("wrong password: %v", err)
	}
	if _, err := c.Authenticate(ctx, "nobody", password); !errors.Is(err, login.InvalidCredentials) {
		t.Errorf("unknown username: %v", err)
	}
	if _, err := c.Profile(ctx, "nobody"); !errors.Is(err, login.ErrUserNotFound) {
		t.Errorf("unknown id: %v", err)
	}

	banned := alice
	banned.Disabled = true
	d.set(t, banned)
	if _, err := c.Authenticate(ctx, "alice", password); !errors.Is(err, login.UserDisabled) {
		t.Errorf("disabled, right password: %v", err)
	}
	if _, err := c.Authenticate(ctx, "alice", "wrong"); !errors.Is(err, login.InvalidCredentials) {
		t.Errorf("disabled, wrong password: %v", err)
	}
	if got, err := c.Profile(ctx, alice.ID); err != nil || !got.Disabled {
		t.Errorf("disabled: %+v, %v", got, err)
	}

	// The optional operations.
	register := func(id, phone string) login.Profile {
		t.Helper()
		got, err := c.Register(ctx, login.DirectoryRegistration{ID: "registration-" + id, AppID: appID, Phone: phone})
		if err != nil || got.ID == "" || got.Disabled {
			t.Fatalf("Register = %+v, %v", got, err)
		}
		return got
	}
	if _, err := c.ByPhone(ctx, appID, number); !errors.Is(err, login.ErrUserNotFound) {
		t.Errorf("unknown number: %v", err)
	}
	made := register("of-one", number)
	if again := register("of-one", ""); !equal(again, made) {
		t.Errorf("the same registration again: %+v; want %+v", again, made)
	}
	if again := register("of-another", number); !equal(again, made) {
		t.Errorf("the same number: %+v; want %+v", again, made)
	}
	if other := register("of-another", ""); other.ID == made.ID {
		t.Errorf("another registration: %+v", other)
	}
	if got, err := c.ByPhone(ctx, appID, number); err != nil || !equal(got, made) {
		t.Errorf("ByPhone = %+v, %v; want %+v", got, err, made)
	}
	if got := register("of-one", "+14155550100"); !equal(got, made) {
		t.Errorf("with a new number: %+v; want %+v", got, made)
	}
	if got, err := c.Profile(ctx, made.ID); err != nil || !equal(got, made) {
		t.Errorf("Profile = %+v, %v; want %+v", got, err, made)
	}

	other := newClient(t, platform.Config{URL: witness(t, d.url), Secrets: &vault{key: newKey}})
	_, err := other.Profile(ctx, alice.ID)
	wantFault(t, err, platform.SignatureRefused)
}

func TestExampleHasFewLines(t *testing.T) {
	for file, most := range map[string]int{"main.go": 100, "optional.go": 70} {
		text, err := os.ReadFile("../../examples/directory/" + file)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(text), "\n"); n > most {
			t.Errorf("%s has %d lines; want at most %d", file, n, most)
		}
	}
}

// signed is a request as the client would send it, except for what a test changes.
type signed struct {
	key               login.Hidden
	path, nonce, body string
	// sends is sent instead of body.
	sends         string
	made          time.Time
	dropSignature bool
}

func (s signed) send(t *testing.T, base string) (status int, body string) {
	t.Helper()
	timestamp := strconv.FormatInt(s.made.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(s.key))
	mac.Write([]byte("v1\nPOST\n" + s.path + "\n" + timestamp + "\n" + s.nonce + "\n" + s.body))
	if s.sends == "" {
		s.sends = s.body
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/get", strings.NewReader(s.sends))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Wxbind-Timestamp", timestamp)
	req.Header.Set("Wxbind-Nonce", s.nonce)
	if !s.dropSignature {
		req.Header.Set("Wxbind-Signature", "v1="+hex.EncodeToString(mac.Sum(nil)))
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// The example accepts what docs/directory.md demands.
func TestExampleVerifiesTheSignature(t *testing.T) {
	base := startDirectory(t, alice).url
	const body = `{"id":"1001"}`
	for name, c := range map[string]struct {
		change func(*signed)
		want   int
	}{
		"as the client":           {func(*signed) {}, http.StatusOK},
		"4 minutes late":          {func(s *signed) { s.made = s.made.Add(-4 * time.Minute) }, http.StatusOK},
		"4 minutes early":         {func(s *signed) { s.made = s.made.Add(4 * time.Minute) }, http.StatusOK},
		"6 minutes late":          {func(s *signed) { s.made = s.made.Add(-6 * time.Minute) }, http.StatusUnauthorized},
		"6 minutes early":         {func(s *signed) { s.made = s.made.Add(6 * time.Minute) }, http.StatusUnauthorized},
		"another key":             {func(s *signed) { s.key = newKey }, http.StatusUnauthorized},
		"signed for another path": {func(s *signed) { s.path = "/authenticate" }, http.StatusUnauthorized},
		"another body":            {func(s *signed) { s.sends = `{"id":"1002"}` }, http.StatusUnauthorized},
		"no signature":            {func(s *signed) { s.dropSignature = true }, http.StatusUnauthorized},
		"a nonce that was seen":   {func(s *signed) { s.nonce = "SEEN" }, http.StatusUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			if strings.Contains(name, "seen") {
				signed{key: key, path: "/get", nonce: "SEEN", body: body, made: time.Now()}.send(t, base)
			}
			s := signed{key: key, path: "/get", nonce: name, body: body, made: time.Now()}
			c.change(&s)
			status, text := s.send(t, base)
			if status != c.want || status == http.StatusUnauthorized && !strings.Contains(text, `"signature_invalid"`) {
				t.Errorf("status %d: %s; want %d", status, text, c.want)
			}
		})
	}
}
