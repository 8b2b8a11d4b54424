package main

import (
	"bytes"
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"github.com/wxbind/wxbind/pkg/wechattest"
)

const (
	pushToken      = "MARKtoken"
	encodingAESKey = "MARKkeyMARKkeyMARKkeyMARKkeyMARKkeyMARKkey0"
)

// pushedApps has a mini-program in secure mode, another one with the same keys, and one in plain mode.
const pushedApps = `{"defaultApp":"wxmine","apps":{` +
	`"wxmine":{"appSecret":"MARKmine","register":["ask"],"push":{"token":"` + pushToken + `","encodingAESKey":"` + encodingAESKey + `"}},` +
	`"wxother":{"appSecret":"MARKother","register":["ask"],"push":{"token":"` + pushToken + `","encodingAESKey":"` + encodingAESKey + `"}},` +
	`"wxplain":{"appSecret":"MARKplain","register":["ask"],"push":{"token":"` + pushToken + `"}}}}`

// pushedServer serves the mini-programs of pushedApps.
type pushedServer struct {
	*server
	data string
}

func servePushes(t *testing.T, flags ...string) pushedServer {
	t.Helper()
	base := httptest.NewServer(wechattest.New(wechattest.Config{Apps: map[string]string{"wxmine": "MARKmine", "wxother": "MARKother", "wxplain": "MARKplain"}}))
	t.Cleanup(base.Close)
	data := t.TempDir()
	flags = append([]string{"--data", data, "--secret-file", secretFile(t, pushedApps)}, flags...)
	return pushedServer{startServerWith(t, flags, "WECHAT_API_BASE="+base.URL), data}
}

func (s pushedServer) pusher(appID string) wechattest.Pusher {
	return wechattest.Pusher{
		AppID: appID, Token: pushToken, EncodingAESKey: encodingAESKey, Address: s.url + "/wechat/events/" + appID, Mode: wechattest.Secure,
	}
}

// closing tells that a person has closed their account.
func closing(appID, person string) wechattest.Event {
	return wechattest.Event{Name: "user_authorization_cancellation", OpenID: wechattest.OpenID(appID, person)}
}

// registerIn registers a person in a mini-program.
func (s pushedServer) registerIn(appID, person string) {
	s.Helper()
	if a := s.do(s.url+"/mobileApi/user/register", `{"code":"`+person+`-1","appId":"`+appID+`"}`); a["code"] != 1.0 {
		s.Errorf("%s cannot register: %v", person, a)
	}
}

// isBound says whether a person is bound. Each call is of another number.
func (s pushedServer) isBound(appID, person string, number int) bool {
	s.Helper()
	a := s.do(fmt.Sprintf("%s/mobileApi/user/checkBind?appId=%s&code=%s-%d", s.url, appID, person, number), "")
	if a["code"] != 1.0 && a["code"] != 301.0 {
		s.Errorf("checkBind of %s: %v", person, a)
	}
	return a["code"] == 1.0
}

// hidesPeople ends the server, and fails the test if its log has a key or an openid.
func (s pushedServer) hidesPeople(persons ...string) {
	s.Helper()
	s.interrupt()
	for line := range strings.SplitSeq(s.log.String(), "\n") {
		shows := strings.Contains(line, "MARK")
		for _, person := range persons {
			shows = shows || strings.Contains(line, wechattest.OpenID("wxmine", person)) || strings.Contains(line, wechattest.OpenID("wxplain", person))
		}
		if shows {
			s.Errorf("the log shows: %s", line)
		}
	}
}

// Whatever form WeChat's console is set to, the blanks of WeChat's examples included, the person is gone. In plain mode they stay.
func TestServeReadsEveryFormOfAPush(t *testing.T) {
	s := servePushes(t)
	var persons []string
	var pushing sync.WaitGroup
	for _, mode := range []wechattest.Mode{wechattest.Secure, wechattest.Compatible, wechattest.Plain} {
		for _, xml := range []bool{false, true} {
			for _, blanks := range []bool{false, true} {
				app, person := "wxmine", fmt.Sprintf("p%d", len(persons))
				if mode == wechattest.Plain {
					app = "wxplain"
				}
				persons = append(persons, person)
				p := s.pusher(app)
				p.Mode, p.XML, p.StrayBlanks = mode, xml, blanks
				pushing.Go(func() {
					s.registerIn(app, person)
					for again := range 2 {
						if err := p.Push(t.Context(), http.DefaultClient, closing(app, person)); err != nil {
							t.Errorf("%s, XML %v, blanks %v: %v", mode, xml, blanks, err)
						}
						if bound := s.isBound(app, person, 2+again); bound != (mode == wechattest.Plain) {
							t.Errorf("%s, XML %v, blanks %v: bound is %v", mode, xml, blanks, bound)
						}
					}
				})
			}
		}
	}
	pushing.Wait()
	s.hidesPeople(persons...)
}

// What is not WeChat's, or not as it is set, does nothing.
func TestServeRefusesHostilePushes(t *testing.T) {
	s := servePushes(t, "--metrics", "127.0.0.1:0")
	s.registerIn("wxmine", "alice")
	closed := fmt.Sprintf(`"Event":"user_authorization_cancellation","OpenID":%q,"CreateTime":4102444800`, wechattest.OpenID("wxmine", "alice"))
	sealed := func(app string) string {
		encrypted, err := wechattest.EncryptPush(encodingAESKey, app, []byte("{"+closed+"}"), [16]byte{})
		if err != nil {
			t.Fatal(err)
		}
		return encrypted
	}
	query := func(change func(url.Values)) func(url.Values, string) string {
		return func(q url.Values, body string) string { change(q); return body }
	}
	const harmless = http.StatusOK // what counts of it is the push itself, which is of no interest
	for name, row := range map[string]struct {
		// change changes the query of a good push, and returns another body.
		change func(q url.Values, body string) string
		status int
	}{
		"no msg_signature":         {query(func(q url.Values) { q.Del("msg_signature") }), 403},
		"msg_signature twice":      {query(func(q url.Values) { q.Add("msg_signature", "0") }), 400},
		"Msg_Signature":            {query(func(q url.Values) { q.Set("Msg_Signature", q.Get("msg_signature")); q.Del("msg_signature") }), 403},
		"in capitals":              {query(func(q url.Values) { q.Set("msg_signature", strings.ToUpper(q.Get("msg_signature"))) }), 403},
		"openid twice":             {query(func(q url.Values) { q.Add("openid", "o") }), harmless},
		"it says that it is plain": {query(func(q url.Values) { q.Del("encrypt_type"); q.Set("appId", "wxplain") }), harmless},
		"plain": {func(q url.Values, _ string) string {
			q.Set("msg_signature", q.Get("signature"))
			return "{" + closed + "}"
		}, 403},
		"an event beside": {func(_ url.Values, body string) string { return "{" + closed + "," + body[1:] }, harmless},
		"another Encrypt": {func(url.Values, string) string { return `{"Encrypt":"` + sealed("wxmine") + `"}` }, 403},
		"a second Encrypt": {func(_ url.Values, body string) string {
			return body[:len(body)-1] + `,"encrypt":"` + sealed("wxmine") + `"}`
		}, harmless},
		"an Encrypt before": {func(_ url.Values, body string) string { return `{"encrypt":"` + sealed("wxmine") + `",` + body[1:] }, 403},
		"another app's push": {func(q url.Values, _ string) string {
			encrypted := sealed("wxother")
			q.Set("msg_signature", wechattest.SignPush(pushToken, q.Get("timestamp"), q.Get("nonce"), encrypted))
			return `{"Encrypt":"` + encrypted + `"}`
		}, 403},
		"an entity": {func(url.Values, string) string {
			return `<!DOCTYPE a [<!ENTITY x "y">]><xml><Encrypt>&x;</Encrypt></xml>`
		}, 403},
		"1 MiB":          {func(url.Values, string) string { return `{"Encrypt":"` + strings.Repeat("A", 1<<20) + `"}` }, 413},
		"deep":           {func(url.Values, string) string { return strings.Repeat("[", 60_000) }, 403},
		"brackets":       {func(url.Values, string) string { return strings.Repeat("<", 65_000) }, 403},
		"open CDATA":     {func(url.Values, string) string { return strings.Repeat("<![CDATA[", 7000) }, 403},
		"a NUL in front": {func(_ url.Values, body string) string { return "\x00" + body }, 403},
		"UTF-16": {func(_ url.Values, body string) string {
			return "\xff\xfe" + strings.Join(strings.Split(body, ""), "\x00") + "\x00"
		}, 403},
	} {
		req, err := s.pusher("wxmine").Request(t.Context(), wechattest.Event{Name: "debug_demo", OpenID: wechattest.OpenID("wxmine", "alice")})
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(req.Body)
		if err != nil {
			t.Fatal(err)
		}
		q := req.URL.Query()
		text := []byte(row.change(q, string(body)))
		req.URL.RawQuery, req.Body, req.ContentLength = q.Encode(), io.NopCloser(bytes.NewReader(text)), int64(len(text))
		began := time.Now()
		answer, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		answer.Body.Close()
		if answer.StatusCode != row.status || time.Since(began) > 2*time.Second {
			t.Errorf("%s: %d after %v, want %d", name, answer.StatusCode, time.Since(began), row.status)
		}
	}
	if !s.isBound("wxmine", "alice", 2) {
		t.Error("alice is gone")
	}
	for name, family := range s.scrape() {
		if text := family.String(); strings.Contains(text, wechattest.OpenID("wxmine", "alice")) || len(family.GetMetric()) > 100 {
			t.Errorf("the metric %s: %s", name, text)
		}
	}
	s.hidesPeople("alice")
}

// While the store cannot be written the answer is none that WeChat takes. Its next attempt deletes the person.
func TestServeWithoutItsStoreAtAPush(t *testing.T) {
	s := servePushes(t)
	s.registerIn("wxmine", "alice")
	db, err := sql.Open("sqlite", databaseIn(s.data)+"?_txlock=immediate&_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	lock, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	event := closing("wxmine", "alice")
	event.At = time.Now()
	req, err := s.pusher("wxmine").Request(t.Context(), event)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, err := io.ReadAll(answer.Body); err != nil || answer.StatusCode != http.StatusServiceUnavailable || strings.Contains(string(body), "success") {
		t.Errorf("%d %s, %v", answer.StatusCode, body, err)
	}
	if err := lock.Rollback(); err != nil {
		t.Fatal(err)
	}
	if !s.isBound("wxmine", "alice", 2) {
		t.Error("half of it was done")
	}
	if err := s.pusher("wxmine").Push(t.Context(), http.DefaultClient, event); err != nil || s.isBound("wxmine", "alice", 3) {
		t.Errorf("the next attempt: %v", err)
	}
	s.hidesPeople("alice")
	if n := strings.Count(s.log.String(), `"event":"account_delete"`); n != 1 {
		t.Errorf("%d deletions: %s", n, s.log)
	}
}
