package platform_test

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/platform"
)

const appID = "wx0123456789abcdef"

// wantFault checks that an error is DirectoryUnavailable because of a fault, that it says what to do in one line, and
// that it shows nothing private.
func wantFault(t *testing.T, err error, fault platform.Fault) *platform.Error {
	t.Helper()
	failure := login.AsError(err)
	cause, ok := errors.AsType[*platform.Error](err)
	if failure.Code != login.DirectoryUnavailable || failure.RetryAfter <= 0 || !ok || cause.Fault != fault {
		t.Fatalf("got %v; want directory_unavailable, because %q", err, fault)
	}
	// A port is no secret, though it may have the digits of one.
	shown := strings.ReplaceAll(err.Error()+fmt.Sprintf("%+v %#v", err, cause), cause.Host, "host")
	for _, secret := range []string{"S3CRET", "alice", "1001", "v1=", "\n"} {
		if strings.Contains(shown, secret) {
			t.Errorf("the error shows %q: %v", secret, err)
		}
	}
	if !strings.Contains(err.Error(), string(fault)) || len(err.Error()) < 60 {
		t.Errorf("the error does not say what to do: %v", err)
	}
	return cause
}

// answering is a directory that gives the same answer to everything.
type answering struct {
	status      int
	contentType string
	body        string
	header      http.Header
	calls       atomic.Int64
}

func (a *answering) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	a.calls.Add(1)
	for name, values := range a.header {
		w.Header()[name] = values
	}
	if a.contentType == "" {
		a.contentType = "application/json"
	}
	w.Header().Set("Content-Type", a.contentType)
	w.WriteHeader(a.status)
	_, _ = w.Write([]byte(a.body))
}

const profile = `{"id":"1001","username":"alice","name":"Alice","roles":["clerk"],"disabled":false}`

func TestAnswers(t *testing.T) {
	with := func(old, replacement string) string {
		if !strings.Contains(profile, old) {
			t.Fatalf("no %s in a profile", old)
		}
		return strings.Replace(profile, old, replacement, 1)
	}
	refuse := func(name string) string { return `{"error":"` + name + `","message":"S3CRET"}` }
	long := func(n int) string { return strings.Repeat("x", n) }
	roles := func(n int) string { return `["r` + strings.Join(make([]string, n), `","r`) + `"]` }
	const bad = "bad answer"
	for name, c := range map[string]struct {
		status            int
		contentType, body string
		// What Authenticate and Profile return: "" for the profile, else a code, an error's text, or a fault.
		authenticate, get string
	}{
		"a profile":                          {200, "", profile, "", ""},
		"with a charset":                     {200, "Application/JSON; charset=UTF-8", profile, "", ""},
		"with unknown fields":                {200, "", with("{", `{"email":"S3CRET","ID":"x","error":"signature_invalid",`), "", ""},
		"with white space":                   {200, "", " \n" + profile + "\n", "", ""},
		"with a byte order mark":             {200, "", "\uFEFF" + profile, "", ""},
		"of the longest texts":               {200, "", with("1001", long(256)), "", ""},
		"the wrong password":                 {401, "", refuse("invalid_credentials"), "invalid_credentials", "bad status"},
		"disabled":                           {403, "", refuse("user_disabled"), "user_disabled", "bad status"},
		"unknown":                            {404, "", refuse("user_not_found"), "invalid_credentials", login.ErrUserNotFound.Error()},
		"our signature refused":              {401, "", refuse("signature_invalid"), "signature refused", "signature refused"},
		"a 401 of a gateway":                 {401, "text/html", "<h1>S3CRET</h1>", "bad status", "bad status"},
		"a 401 that does not say what":       {401, "", "{}", "bad status", "bad status"},
		"a 401 as text":                      {401, "text/plain", refuse("invalid_credentials"), "bad status", "bad status"},
		"a 403 of a firewall":                {403, "", `{"error":{"code":"S3CRET"}}`, "bad status", "bad status"},
		"a 404 of a wrong path":              {404, "text/plain", "404 page not found", "bad status", "bad status"},
		"a 404 with JSON of somebody else":   {404, "", `{"error":"not_found"}`, "bad status", "bad status"},
		"the right error, the wrong status":  {400, "", refuse("invalid_credentials"), "bad status", "bad status"},
		"a refusal as a 200":                 {200, "", refuse("invalid_credentials"), bad, bad},
		"201":                                {201, "", profile, "bad status", "bad status"},
		"204":                                {204, "", "", "bad status", "bad status"},
		"429":                                {429, "", refuse("slow_down"), "bad status", "bad status"},
		"a profile in HTML":                  {200, "text/html", profile, bad, bad},
		"a profile in another charset":       {200, "application/json; charset=gbk", profile, bad, bad},
		"no content type":                    {200, " ", profile, bad, bad},
		"an empty body":                      {200, "", "", bad, bad},
		"null":                               {200, "", "null", bad, bad},
		"a list":                             {200, "", "[" + profile + "]", bad, bad},
		"two objects":                        {200, "", profile + profile, bad, bad},
		"an end too early":                   {200, "", profile[:40], bad, bad},
		"over 64 KiB":                        {200, "", profile + strings.Repeat(" ", 64<<10), bad, bad},
		"not UTF-8":                          {200, "", with("Alice", "S3CRET\xff"), bad, bad},
		"no id":                              {200, "", with(`"id":"1001",`, ""), bad, bad},
		"no username":                        {200, "", with(`"username":"alice",`, ""), bad, bad},
		"no name":                            {200, "", with(`"name":"Alice",`, ""), bad, bad},
		"no roles":                           {200, "", with(`"roles":["clerk"],`, ""), bad, bad},
		"no disabled":                        {200, "", with(`,"disabled":false`, ""), bad, bad},
		"disabled misspelt":                  {200, "", with("disabled", "Disabled"), bad, bad},
		"disabled twice":                     {200, "", with(`,"disabled":false`, `,"disabled":true,"disabled":false`), bad, bad},
		"disabled, and misspelt":             {200, "", with(`,"disabled":false`, `,"disabled":false,"Disabled":true`), "", ""},
		"disabled as text":                   {200, "", with("false", `"false"`), bad, bad},
		"disabled null":                      {200, "", with("false", "null"), bad, bad},
		"an id that is a number":             {200, "", with(`"1001"`, "1001"), bad, bad},
		"an empty id":                        {200, "", with("1001", ""), bad, bad},
		"an id of 257 bytes":                 {200, "", with("1001", long(257)), bad, bad},
		"an id with a line break":            {200, "", with("1001", `S3CRET\n`), bad, bad},
		"an id with half a surrogate pair":   {200, "", with("1001", `S3CRET\ud800`), bad, bad},
		"an empty username":                  {200, "", with("alice", ""), bad, bad},
		"a username of 129 bytes":            {200, "", with("alice", long(129)), bad, bad},
		"a name of 129 bytes":                {200, "", with("Alice", long(129)), bad, bad},
		"a name with a control character":    {200, "", with("Alice", `S3CRET\u0007`), bad, bad},
		"roles null":                         {200, "", with(`["clerk"]`, "null"), bad, bad},
		"roles as text":                      {200, "", with(`["clerk"]`, `"clerk"`), bad, bad},
		"a role that is null":                {200, "", with(`["clerk"]`, `[null]`), bad, bad},
		"a role that is empty":               {200, "", with("clerk", ""), bad, bad},
		"a role of 65 bytes":                 {200, "", with("clerk", long(65)), bad, bad},
		"21 roles":                           {200, "", with(`["clerk"]`, roles(21)), bad, bad},
		"20 roles, though one and the same ": {200, "", with(`["clerk"]`, roles(20)), "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(&answering{status: c.status, contentType: c.contentType, body: c.body})
			defer server.Close()
			client := newClient(t, platform.Config{URL: server.URL})
			check := func(op, want string, got login.Profile, err error) {
				t.Helper()
				switch {
				case want == "":
					if err != nil || got.Username != "alice" || len(got.Roles) != 1 {
						t.Errorf("%s = %+v, %v; want the profile", op, got, err)
					}
				case strings.Contains(want, " ") && !strings.HasPrefix(want, "login:"):
					wantFault(t, err, platform.Fault(want))
				case err == nil || err.Error() != want || !equal(got, login.Profile{}):
					t.Errorf("%s = %+v, %v; want %s", op, got, err, want)
				}
			}
			got, err := client.Authenticate(t.Context(), "alice", password)
			check("Authenticate", c.authenticate, got, err)
			got, err = client.Profile(t.Context(), "1001")
			check("Profile", c.get, got, err)
		})
	}
}

// What the answers of the two operations mean that a platform may leave out.
func TestAnswersOfOptionalOperations(t *testing.T) {
	refuse := func(name string) string { return `{"error":"` + name + `","message":"S3CRET"}` }
	numbered := func(phone string) string { return strings.TrimSuffix(profile, "}") + `,"phone":` + phone + `}` }
	const cannot = string(login.DirectoryCannot)
	for name, c := range map[string]struct {
		status            int
		contentType, body string
		// What ByPhone and Register return: "" for the profile, else a code, an error's text, or a fault.
		byPhone, register string
	}{
		"a profile":                     {200, "", profile, "", ""},
		"that number":                   {200, "", numbered(`"+8613800138000"`), "", ""},
		"that number, as it is spoken":  {200, "", numbered(`"138 0013 8000"`), "", ""},
		"a profile without a number":    {200, "", numbered("null"), "", ""},
		"another number":                {200, "", numbered(`"+8613800138001"`), "bad answer", "bad answer"},
		"a number of another country":   {200, "", numbered(`"+85213800138000"`), "bad answer", "bad answer"},
		"an empty number":               {200, "", numbered(`""`), "bad answer", "bad answer"},
		"a number as a number":          {200, "", numbered("13800138000"), "bad answer", "bad answer"},
		"no profile":                    {200, "", "{}", "bad answer", "bad answer"},
		"disabled":                      {403, "", refuse("user_disabled"), "user_disabled", "user_disabled"},
		"a 403 of a firewall":           {403, "text/html", "S3CRET", "bad status", "bad status"},
		"unknown":                       {404, "", refuse("user_not_found"), login.ErrUserNotFound.Error(), cannot},
		"unknown, though as text":       {404, "text/plain", refuse("user_not_found"), cannot, cannot},
		"nothing at the path":           {404, "text/plain", "404 page not found", cannot, cannot},
		"nothing at the path, in JSON":  {404, "", `{"error":"Not Found"}`, cannot, cannot},
		"only pages at the path":        {405, "text/html", "S3CRET", cannot, cannot},
		"not implemented":               {501, "", refuse("not_implemented"), cannot, cannot},
		"not implemented, with no body": {501, "", "", cannot, cannot},
		"our signature refused":         {401, "", refuse("signature_invalid"), "signature refused", "signature refused"},
		"the wrong password, of nobody": {401, "", refuse("invalid_credentials"), "bad status", "bad status"},
		"201":                           {201, "", profile, "bad status", "bad status"},
		"503":                           {503, "", "", "bad status", "bad status"},
		"a redirect to the login page":  {302, "", "", "bad status", "bad status"},
	} {
		t.Run(name, func(t *testing.T) {
			far := &answering{status: c.status, contentType: c.contentType, body: c.body}
			server := httptest.NewServer(far)
			defer server.Close()
			client := newClient(t, platform.Config{URL: server.URL})
			check := func(op, want string, got login.Profile, err error) {
				t.Helper()
				switch {
				case want == "":
					if err != nil || got.Username != "alice" {
						t.Errorf("%s = %+v, %v; want the profile", op, got, err)
					}
				case strings.Contains(want, " ") && !strings.HasPrefix(want, "login:"):
					if strings.Contains(wantFault(t, err, platform.Fault(want)).Error(), "138") {
						t.Errorf("%s: the error shows the number: %v", op, err)
					}
				case err == nil || err.Error() != want || !equal(got, login.Profile{}):
					t.Errorf("%s = %+v, %v; want %s", op, got, err, want)
				}
			}
			got, err := client.ByPhone(t.Context(), appID, number)
			check("ByPhone", c.byPhone, got, err)
			got, err = client.Register(t.Context(), login.DirectoryRegistration{ID: registrationID, AppID: appID, Phone: number})
			check("Register", c.register, got, err)
			if c.status == 501 && far.calls.Load() != 2 {
				t.Errorf("asked %d times; a second time is in vain", far.calls.Load())
			}
		})
	}
}

const (
	number         = "+8613800138000"
	registrationID = "S3CRETr-3Jm9b1uFq0yZc7Yw5tQn2kXh"
)

func TestProfileIsNormal(t *testing.T) {
	server := httptest.NewServer(&answering{status: 200, body: `{"id":"1","username":"u","name":"","roles":["b","a","b"],"disabled":false}`})
	defer server.Close()
	got, err := newClient(t, platform.Config{URL: server.URL}).Profile(t.Context(), "1")
	if want := (login.Profile{ID: "1", Username: "u", Name: "u", Roles: []string{"a", "b"}}); err != nil || !equal(got, want) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
}

// A picture that cannot be shown is left out: it is no reason to let nobody in.
func TestAvatarOfAProfile(t *testing.T) {
	for avatar, want := range map[string]string{
		`"https://img.example.com/a.png"`: "https://img.example.com/a.png",
		`"http://img.example.com/a.png"`:  "",
		`"https://a@img.example.com/"`:    "",
		`"/a.png"`:                        "",
		`""`:                              "",
		`null`:                            "",
		`7`:                               "",
		`{"url":"https://x.example"}`:     "",
	} {
		server := httptest.NewServer(&answering{status: 200, body: `{"id":"1001","username":"alice","name":"Alice","roles":[],"disabled":false,"avatar":` + avatar + `}`})
		profile, err := newClient(t, platform.Config{URL: server.URL}).Profile(t.Context(), "1001")
		server.Close()
		if err != nil || profile.Avatar != want {
			t.Errorf("%s: %+v, %v", avatar, profile, err)
		}
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	elsewhere := &answering{status: 200, body: profile}
	other := httptest.NewServer(elsewhere)
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		server := httptest.NewServer(&answering{status: status, header: http.Header{"Location": {other.URL + "/S3CRET"}}})
		defer server.Close()
		_, err := newClient(t, platform.Config{URL: server.URL}).Authenticate(t.Context(), "alice", password)
		wantFault(t, err, platform.BadStatus)
	}
	if n := elsewhere.calls.Load(); n != 0 {
		t.Errorf("%d redirects were followed", n)
	}
}

// Which calls are sent once more, and which are not.
func TestSecondAttempt(t *testing.T) {
	for name, c := range map[string]struct {
		first http.HandlerFunc
		// get is the number for byPhone and register, too.
		authenticate, get int64
	}{
		"500":                 {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, 1, 2},
		"503":                 {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }, 1, 2},
		"429":                 {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(429) }, 1, 1},
		"a bad answer":        {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("S3CRET")) }, 1, 1},
		"a broken connection": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, 1, 2},
		"half an answer": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte(`{"id":"S3CRET`))
		}, 1, 2},
	} {
		t.Run(name, func(t *testing.T) {
			var calls atomic.Int64
			good := &answering{status: 200, body: profile}
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if calls.Add(1) == 1 {
					c.first(w, r)
					return
				}
				good.ServeHTTP(w, r)
			}))
			defer server.Close()
			client := newClient(t, platform.Config{URL: server.URL})
			for _, call := range []struct {
				want int64
				do   func() (login.Profile, error)
			}{
				{c.authenticate, func() (login.Profile, error) { return client.Authenticate(t.Context(), "alice", password) }},
				{c.get, func() (login.Profile, error) { return client.Profile(t.Context(), "1001") }},
				{c.get, func() (login.Profile, error) { return client.ByPhone(t.Context(), appID, number) }},
				{c.get, func() (login.Profile, error) {
					return client.Register(t.Context(), login.DirectoryRegistration{ID: registrationID, AppID: appID})
				}},
			} {
				calls.Store(0)
				_, err := call.do()
				if n := calls.Load(); n != call.want || (err == nil) != (call.want == 2) {
					t.Errorf("asked %d times, and %v; want %d", n, err, call.want)
				}
			}
		})
	}
}

// A resent request is signed anew: its nonce is valid once.
func TestEachAttemptIsSignedAnew(t *testing.T) {
	seen := map[string]bool{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, name := range []string{"Wxbind-Nonce", "Wxbind-Signature"} {
			if v := r.Header.Get(name); v == "" || seen[v] {
				t.Errorf("%s is %q, which is empty or was seen", name, v)
			} else {
				seen[v] = true
			}
		}
		w.WriteHeader(500)
	}))
	defer server.Close()
	_, err := newClient(t, platform.Config{URL: server.URL}).Profile(t.Context(), "1001")
	if cause := wantFault(t, err, platform.BadStatus); cause.Attempts != 2 || cause.Status != 500 {
		t.Errorf("got %+v", cause)
	}
	if len(seen) != 4 {
		t.Errorf("%d nonces and signatures, want 4", len(seen))
	}
}

// The platform accepts both keys, the operator stores the new one, and the platform drops the old one. A client that
// still has the old one then learns of it.
func TestKeyRotation(t *testing.T) {
	d := startDirectory(t, alice)
	v := &vault{key: newKey, newer: key}
	c := newClient(t, platform.Config{URL: d.url, Secrets: v})
	if got, err := c.Authenticate(t.Context(), "alice", password); err != nil || got.ID != alice.ID {
		t.Errorf("got %+v, %v; want alice", got, err)
	}
	if _, err := c.Profile(t.Context(), alice.ID); err != nil || v.refetches != 1 {
		t.Errorf("%v after %d refetches; want one", err, v.refetches)
	}
	v.key, v.newer = newKey, ""
	_, err := c.Profile(t.Context(), alice.ID)
	if cause := wantFault(t, err, platform.SignatureRefused); cause.Attempts != 1 || v.refetches != 2 {
		t.Errorf("%+v after %d refetches; want one attempt, and one more refetch", cause, v.refetches)
	}
}

func TestKeyThatIsMissing(t *testing.T) {
	far := &answering{status: 200, body: profile}
	server := httptest.NewServer(far)
	defer server.Close()
	v := &vault{}
	c := newClient(t, platform.Config{URL: server.URL, Secrets: v})
	_, err := c.Profile(t.Context(), "1001")
	if wantFault(t, err, platform.Unsigned); far.calls.Load() != 0 || v.refetches != 1 {
		t.Errorf("%d calls, %d refetches; want none and one", far.calls.Load(), v.refetches)
	}
	v.newer = key
	if _, err := c.Profile(t.Context(), "1001"); err != nil {
		t.Errorf("once it is there: %v", err)
	}
}

func TestSecretThatIsUnavailable(t *testing.T) {
	c := newClient(t, platform.Config{URL: "http://127.0.0.1:1", Secrets: &vault{err: login.SecretUnavailable}})
	if _, err := c.Profile(t.Context(), "1001"); !errors.Is(err, login.SecretUnavailable) {
		t.Errorf("got %v, want secret_unavailable", err)
	}
}

// It is then unknown whether the key would be good: there is no profile, and nothing is known about the user.
func TestSecretThatCannotBeFetchedAnew(t *testing.T) {
	far := &answering{status: 401, body: `{"error":"signature_invalid"}`}
	server := httptest.NewServer(far)
	defer server.Close()
	for name, known := range map[string]login.Hidden{"no key": "", "a key that is refused": key} {
		v := &vault{key: known, newer: newKey, refetchErr: login.SecretUnavailable}
		c := newClient(t, platform.Config{URL: server.URL, Secrets: v})
		for operation, ask := range map[string]func() (login.Profile, error){
			"authenticate": func() (login.Profile, error) { return c.Authenticate(t.Context(), "alice", password) },
			"get":          func() (login.Profile, error) { return c.Profile(t.Context(), "1001") },
		} {
			v.key, v.refetches = known, 0
			calls := far.calls.Load()
			p, err := ask()
			if !errors.Is(err, login.SecretUnavailable) || p.ID != "" || v.refetches != 1 {
				t.Errorf("%s, %s: %+v, %v after %d refetches; want secret_unavailable after one", name, operation, p, err, v.refetches)
			}
			if asked := far.calls.Load() - calls; known == "" && asked != 0 || known != "" && asked != 1 {
				t.Errorf("%s, %s: %d calls", name, operation, asked)
			}
		}
	}
}

func TestURLs(t *testing.T) {
	for text, want := range map[string]string{
		"https://users.example.com":           "",
		"https://users.example.com:8443/a/b/": "",
		"http://localhost:3100":               "",
		"http://127.9.9.9/x":                  "",
		"http://[::1]:3100":                   "",
		"":                                    "https URL with a host",
		"users.example.com":                   "https URL with a host",
		"ftp://users.example.com":             "https URL with a host",
		"https://":                            "https URL with a host",
		"http://users.example.com":            "must be https",
		"http://localhost.example.com":        "must be https",
		"http://192.0.2.1":                    "must be https",
		"http://0.0.0.0":                      "must be https",
		"https://u:S3CRET@users.example.com":  "no user, query or fragment",
		"https://users.example.com?k=S3CRET":  "no user, query or fragment",
		"https://users.example.com#S3CRET":    "no user, query or fragment",
		"https://users.example.com/%zzS3CRET": "https URL with a host",
	} {
		_, err := platform.New(platform.Config{URL: text})
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", text, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "WXBIND_DIRECTORY_URL") || strings.Contains(err.Error(), "S3CRET")):
			t.Errorf("%q: %v; want one that says %q", text, err, want)
		}
	}
}

// The path of the URL is signed as it is sent.
func TestURLWithAPath(t *testing.T) {
	var path string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path = r.RequestURI
		(&answering{status: 200, body: profile}).ServeHTTP(w, r)
	}))
	defer server.Close()
	for _, base := range []string{"/a%20b/c", "/a%20b/c/"} {
		if _, err := newClient(t, platform.Config{URL: server.URL + base}).Profile(t.Context(), "1001"); err != nil || path != "/a%20b/c/get" {
			t.Errorf("asked %s, %v", path, err)
		}
	}
}

func TestWarm(t *testing.T) {
	far := &answering{status: 404}
	server := httptest.NewServer(far)
	defer server.Close()
	c := newClient(t, platform.Config{URL: server.URL})
	if err := c.Warm(t.Context()); err != nil || far.calls.Load() != 1 {
		t.Errorf("%v after %d calls", err, far.calls.Load())
	}
	server.Close()
	wantFault(t, newClient(t, platform.Config{URL: server.URL}).Warm(t.Context()), platform.NotConnected)
}

func TestCertificateThatIsNotTrusted(t *testing.T) {
	server := httptest.NewUnstartedServer(&answering{status: 200, body: profile})
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // handshakes fail here
	server.StartTLS()
	defer server.Close()
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	if _, err := newClient(t, platform.Config{URL: server.URL, RootCAs: roots}).Authenticate(t.Context(), "alice", password); err != nil {
		t.Errorf("trusted: %v", err)
	}
	_, err := newClient(t, platform.Config{URL: server.URL}).Authenticate(t.Context(), "alice", password)
	if cause := wantFault(t, err, platform.NotConnected); !strings.Contains(cause.Detail, "not trusted") || cause.Attempts != 2 {
		t.Errorf("got %+v", cause)
	}
}
