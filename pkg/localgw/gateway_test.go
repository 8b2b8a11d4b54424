package localgw

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
)

// function returns what it is told to and keeps the event.
type function struct {
	event  events.APIGatewayV2HTTPRequest
	answer events.APIGatewayV2HTTPResponse
	// unbounded says that its context had no deadline.
	unbounded bool
}

func (f *function) Answer(ctx context.Context, event events.APIGatewayV2HTTPRequest) events.APIGatewayV2HTTPResponse {
	_, bounded := ctx.Deadline()
	f.event, f.unbounded = event, !bounded
	return f.answer
}

// good is an answer that says nothing.
var good = events.APIGatewayV2HTTPResponse{StatusCode: http.StatusOK}

func serve(t *testing.T, f *function) *httptest.Server {
	g := New(64 << 10)
	g.Route(http.MethodPost, "/x", f)
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	return server
}

func TestRequestBecomesEvent(t *testing.T) {
	const form = "application/x-www-form-urlencoded"
	for name, c := range map[string]struct {
		contentType, body string
		wantBody          string
		wantBase64        bool
	}{
		"JSON is text":            {"application/json; charset=utf-8", `{"a":1}`, `{"a":1}`, false},
		"a form is base64":        {form, "a=1", base64.StdEncoding.EncodeToString([]byte("a=1")), true},
		"no content type: base64": {"", "a", base64.StdEncoding.EncodeToString([]byte("a")), true},
		"no body":                 {form, "", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			f := &function{answer: good}
			server := serve(t, f)
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/x?code=a%20b&code=c", strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header["Content-Type"] = []string{c.contentType}
			r.Header["X-Two"] = []string{"1", "2"}
			r.Header.Set("Cookie", "k=v")
			response, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			e := f.event
			if e.Version != "2.0" || e.RouteKey != "POST /x" || e.RawPath != "/x" || e.RawQueryString != "code=a%20b&code=c" {
				t.Errorf("got %+v", e)
			}
			if e.Body != c.wantBody || e.IsBase64Encoded != c.wantBase64 {
				t.Errorf("body %q, base64 %v", e.Body, e.IsBase64Encoded)
			}
			if e.Headers["x-two"] != "1,2" || e.QueryStringParameters["code"] != "a b,c" {
				t.Errorf("headers %v, query %v", e.Headers, e.QueryStringParameters)
			}
			if _, ok := e.Headers["cookie"]; ok || len(e.Cookies) != 1 || e.Cookies[0] != "k=v" {
				t.Errorf("cookies %v", e.Cookies)
			}
			if f.unbounded {
				t.Error("its time has no end")
			}
			if e.RequestContext.RequestID == "" || e.RequestContext.HTTP.SourceIP != "127.0.0.1" || e.RequestContext.HTTP.Method != http.MethodPost {
				t.Errorf("context %+v", e.RequestContext)
			}
		})
	}
}

func TestAnswerBecomesResponse(t *testing.T) {
	slow := map[string]string{"retry-after": "7"}
	for name, c := range map[string]struct {
		answer     events.APIGatewayV2HTTPResponse
		wantStatus int
		wantBody   string
	}{
		"text":              {events.APIGatewayV2HTTPResponse{StatusCode: 429, Headers: slow, Body: "slow"}, 429, "slow"},
		"base64":            {events.APIGatewayV2HTTPResponse{StatusCode: 200, Headers: slow, Body: "aGk=", IsBase64Encoded: true}, 200, "hi"},
		"no status":         {events.APIGatewayV2HTTPResponse{}, 500, `{"message":"Internal Server Error"}` + "\n"},
		"a status too long": {events.APIGatewayV2HTTPResponse{StatusCode: 1000}, 500, `{"message":"Internal Server Error"}` + "\n"},
		"broken base64":     {events.APIGatewayV2HTTPResponse{StatusCode: 200, Body: "%", IsBase64Encoded: true}, 500, `{"message":"Internal Server Error"}` + "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			server := serve(t, &function{answer: c.answer})
			response, err := http.Post(server.URL+"/x", "application/json", strings.NewReader("{}"))
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			body, err := io.ReadAll(response.Body)
			if err != nil || response.StatusCode != c.wantStatus || string(body) != c.wantBody {
				t.Errorf("got %d %q, %v; want %d %q", response.StatusCode, body, err, c.wantStatus, c.wantBody)
			}
			if c.wantStatus != 500 && response.Header.Get("Retry-After") != "7" {
				t.Errorf("headers %v", response.Header)
			}
		})
	}
}

func TestGatewayAnswersItself(t *testing.T) {
	server := serve(t, &function{answer: good})
	for name, c := range map[string]struct {
		method, path string
		body         io.Reader
		want         int
	}{
		"an unknown path":   {http.MethodPost, "/y", nil, 404},
		"an unknown method": {http.MethodGet, "/x", nil, 404},
		"a doubled slash":   {http.MethodPost, "//x", nil, 404},
		"a dotted path":     {http.MethodPost, "/y/../x", nil, 404},
		"a slash behind":    {http.MethodPost, "/x/", nil, 404},
		"the root":          {http.MethodPost, "/", nil, 404},
		"a body over 10 MB": {http.MethodPost, "/x", strings.NewReader(strings.Repeat("x", maxPayload+1)), 413},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), c.method, server.URL+c.path, c.body)
			if err != nil {
				t.Fatal(err)
			}
			response, err := http.DefaultTransport.RoundTrip(r) // a client would follow a redirect
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			var body map[string]string
			if err := json.NewDecoder(response.Body).Decode(&body); err != nil || response.StatusCode != c.want || body["message"] == "" {
				t.Errorf("got %d %v, %v; want %d", response.StatusCode, body, err, c.want)
			}
		})
	}
}

// countedBody counts what is read of a body without an end.
type countedBody struct{ read int }

func (b *countedBody) Read(p []byte) (int, error) {
	b.read += len(p)
	return copy(p, bytes.Repeat([]byte("x"), len(p))), nil
}

// Of a body that the function refuses for its size, no more is read, and the function gets one that it refuses.
func TestReadingStopsAtWhatFunctionsAccept(t *testing.T) {
	const most = 64 << 10
	for name, c := range map[string]struct {
		length     int64
		size, read int
		closes     bool
	}{
		"as large as they accept": {most, most, most, false},
		"a byte larger":           {most + 1, most + 1, 0, true},
		"far larger":              {maxPayload, most + 1, 0, true},
		"of unknown length":       {-1, most + 1, most + 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			f, body := &function{answer: good}, &countedBody{}
			g := New(most)
			g.Route(http.MethodPost, "/x", f)
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/x", body)
			r.ContentLength = c.length
			r.Header.Set("Content-Type", "application/json")
			answer := httptest.NewRecorder()
			g.ServeHTTP(answer, r)
			if got := len(f.event.Body); got != c.size {
				t.Errorf("the function gets %d bytes, want %d", got, c.size)
			}
			// io.ReadAll may ask for more than it is given.
			if body.read > c.read {
				t.Errorf("%d bytes are read, want %d", body.read, c.read)
			}
			if got := answer.Header().Get("Connection") == "close"; got != c.closes {
				t.Errorf("it closes the connection: %v", got)
			}
		})
	}
}

// slow is a function that runs until it is released.
type slow struct {
	begun, letGo chan struct{}
	ended        chan error
}

func (f slow) Answer(ctx context.Context, _ events.APIGatewayV2HTTPRequest) events.APIGatewayV2HTTPResponse {
	close(f.begun)
	<-f.letGo
	f.ended <- ctx.Err()
	return good
}

// In the cloud, a bind that has begun is completed even if the client disconnects.
func TestClientThatLeavesDoesNotStopFunction(t *testing.T) {
	f := slow{begun: make(chan struct{}), letGo: make(chan struct{}), ended: make(chan error, 1)}
	g := New(64 << 10)
	g.Route(http.MethodPost, "/x", f)
	client, leave := context.WithCancel(t.Context())
	left := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		context.AfterFunc(r.Context(), func() { close(left) })
		g.ServeHTTP(w, r)
	}))
	defer server.Close()
	r, err := http.NewRequestWithContext(client, http.MethodPost, server.URL+"/x", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		<-f.begun
		leave()
		<-left // the server has seen it
		close(f.letGo)
	}()
	if _, err := http.DefaultClient.Do(r); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if err := <-f.ended; err != nil {
		t.Errorf("the function's context: %v", err)
	}
}

// Whoever counts hears of the gateway's own answers, and of no other.
func TestOnRefusal(t *testing.T) {
	for name, c := range map[string]struct {
		method, path, body string
		answer             events.APIGatewayV2HTTPResponse
		want               []int
	}{
		"a function's":   {http.MethodPost, "/x", "{}", events.APIGatewayV2HTTPResponse{StatusCode: 404}, nil},
		"no route":       {http.MethodPost, "/y", "{}", good, []int{404}},
		"another method": {http.MethodGet, "/x", "", good, []int{404}},
		"too large":      {http.MethodPost, "/x", strings.Repeat(" ", maxPayload+1), good, []int{413}},
		"not an answer":  {http.MethodPost, "/x", "{}", events.APIGatewayV2HTTPResponse{}, []int{500}},
		"denied":         {http.MethodPost, "/denied", "{}", good, []int{403}},
		"a failure":      {http.MethodPost, "/failing", "{}", good, []int{500}},
	} {
		t.Run(name, func(t *testing.T) {
			g := New(64 << 10)
			g.Route(http.MethodPost, "/x", &function{answer: c.answer})
			g.RouteBehind(decided{}, http.MethodPost, "/denied", &function{answer: good})
			g.RouteBehind(decided{errors.New("down")}, http.MethodPost, "/failing", &function{answer: good})
			var refused []int
			g.OnRefusal(func(status int) { refused = append(refused, status) })
			g.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(c.method, c.path, strings.NewReader(c.body)))
			if !slices.Equal(refused, c.want) {
				t.Errorf("got %v, want %v", refused, c.want)
			}
			for _, status := range refused {
				if !slices.Contains(Refusals(), status) {
					t.Errorf("%d is none of Refusals", status)
				}
			}
		})
	}
}

// decided is an authorizer that lets nobody pass.
type decided struct{ err error }

func (d decided) Authorize(context.Context, events.APIGatewayV2CustomAuthorizerV2Request) (events.APIGatewayV2CustomAuthorizerSimpleResponse, error) {
	return events.APIGatewayV2CustomAuthorizerSimpleResponse{}, d.err
}
