package localgw

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// In the cloud an event is JSON. Whatever comes over the wire, the event is as that would make it: so a function cannot
// tell where it runs.
func FuzzEventIsAsJSONMakesIt(f *testing.F) {
	for _, request := range []string{
		"GET /x HTTP/1.1\r\nHost: h\r\n\r\n",
		"GET /x/a%2Fb%ff?code=a%20b&code=c&%ff=%fe&q=\xff#f HTTP/1.1\r\nHost: h\xff\r\nUser-Agent: \xc3\xa9 \xff\xfe\r\nX-Two: 1\r\nX-Two: \xff\r\nCookie: a=\xff\r\nCookie: b=c\r\n\r\n",
		"POST /x/y?lang=en HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{\"a\":\"\xff<\"}",
		"POST /x HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=\xff",
	} {
		f.Add([]byte(request))
	}
	f.Fuzz(func(t *testing.T, sent []byte) {
		r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(sent)))
		if err != nil {
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		rt := newRoute(r.Method, "/x/{id}", nil)
		_, parameters := (&Gateway{routes: []*route{rt}}).routeOf(r)
		e := event(r, rt.key, parameters, body, time.Now())
		if size := len(e.Body); len(e.Headers) == 0 || size > 0 && len(body) == 0 || size == 0 && len(body) > 0 {
			t.Errorf("of %q: %+v", sent, e)
		}
		text, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		var read events.APIGatewayV2HTTPRequest
		if err := json.Unmarshal(text, &read); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(e, read) {
			t.Errorf("the event is\n%+v\nand read from JSON\n%+v", e, read)
		}
	})
}

func TestTextIsWhatJSONLeaves(t *testing.T) {
	for sent, want := range map[string]string{
		"":                    "",
		"爱":                   "爱",
		"a\xffb":              "a\ufffdb",
		"\xff\xfe":            "\ufffd\ufffd",       // one for each
		"\xed\xa0\x80":        "\ufffd\ufffd\ufffd", // half of a surrogate pair
		"\ufffd":              "\ufffd",
		"\x00<>&\u2028\u2029": "\x00<>&\u2028\u2029",
	} {
		if got := text(sent); got != want {
			t.Errorf("of %q is left %q, want %q", sent, got, want)
		}
	}
}

// A request has the id that its context gives it, else one of its own.
func TestRequestID(t *testing.T) {
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/x", nil)
	one, another := event(r, "GET /x", nil, nil, time.Now()), event(r, "GET /x", nil, nil, time.Now())
	if a, b := one.RequestContext.RequestID, another.RequestContext.RequestID; a == "" || a == b {
		t.Errorf("%q and %q", a, b)
	}
	given := event(r.WithContext(WithRequestID(t.Context(), "given")), "GET /x", nil, nil, time.Now())
	if id := given.RequestContext.RequestID; id != "given" {
		t.Errorf("the given one is %q", id)
	}
}
