package playground

import (
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

// A Host that is served names this machine however a browser reads it.
func FuzzLocalName(f *testing.F) {
	for _, host := range []string{"127.0.0.1:3000", "localhost", "[::1]:1", "localhost.evil.com", "evil.com:80", "localhost@evil.com", "127.0.0.1:", "[::1", ""} {
		f.Add(host)
	}
	f.Fuzz(func(t *testing.T, host string) {
		if !localName(host) {
			return
		}
		u, err := url.Parse("http://" + host + "/")
		if err != nil || u.User != nil || u.Host != host {
			t.Fatalf("%q is served, and is no host: %v", host, err)
		}
		if address, err := netip.ParseAddr(u.Hostname()); err == nil && address.IsLoopback() || strings.EqualFold(u.Hostname(), "localhost") {
			return
		}
		t.Fatalf("%q is served, and is %s", host, u.Hostname())
	})
}

// Whatever an act is, it is one that is known and says whom, or none.
func FuzzReadAct(f *testing.F) {
	for _, body := range []string{`{"do":"disable","userId":"u"}`, `{"do":"unbind","userId":"u","appId":"a"}`, `[]`, `{"do":1}`, `{}{}`, "\ufeff{}"} {
		f.Add("application/json", body)
	}
	f.Fuzz(func(t *testing.T, contentType, body string) {
		a, err := readAct(contentType, strings.NewReader(body))
		if err == nil && (deeds[a.Do] == nil || a.UserID == "" || len(body) > maxAsked) {
			t.Fatalf("%q is %+v", body, a)
		}
		if err != nil && a != (act{}) {
			t.Fatalf("%q is refused, and %+v", body, a)
		}
	})
}

// Whatever WeChat is to tell, it is something that it can tell of a person, or nothing.
func FuzzReadTelling(f *testing.F) {
	for _, body := range []string{`{"tell":"closed","person":"alice","appId":"a"}`, `{"tell":"phone","person":"a b","appId":"a"}`, `[]`, `{"tell":1}`, `{}{}`} {
		f.Add("application/json", body)
	}
	f.Fuzz(func(t *testing.T, contentType, body string) {
		told, err := readTelling(contentType, strings.NewReader(body))
		if err == nil && (tellings[told.Tell].Name == "" || !aPerson.MatchString(told.Person) || told.AppID == "" || len(body) > maxAsked) {
			t.Fatalf("%q is %+v", body, told)
		}
		if err != nil && told != (telling{}) {
			t.Fatalf("%q is refused, and %+v", body, told)
		}
	})
}

// What is shown of a body holds nothing of a field that is not known.
func FuzzReadBody(f *testing.F) {
	f.Add("application/json", `{"code":"alice-1","password":"`, `"}`)
	f.Add("application/x-www-form-urlencoded", "code=a&password=", "&x")
	f.Add("application/json", `{"userInfo":{"name":"a","token":["`, `"]}}`)
	f.Fuzz(func(t *testing.T, contentType, before, after string) {
		const secret = "wxb_MARK.MARKED"
		raw := before + secret + after
		for _, line := range []string{shownOf(contentType, raw), shownOf("application/json", raw)} {
			if strings.Contains(line, "MARKED") {
				t.Fatalf("%q shows %s", raw, line)
			}
		}
	})
}

// shownOf is what a step and its line for curl show of a body.
func shownOf(contentType, raw string) string {
	sent := readBody(contentType, []byte(raw), int64(len(raw)))
	if text, ok := sent.value.(string); ok {
		return text
	}
	if sent.value == nil {
		return ""
	}
	return written(sent)
}
