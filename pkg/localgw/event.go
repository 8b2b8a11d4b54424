package localgw

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"mime"
	"net"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
)

// event is what API Gateway would send for r, as a function reads it from JSON.
func event(r *http.Request, routeKey string, parameters map[string]string, body []byte, now time.Time) events.APIGatewayV2HTTPRequest {
	headers := make(map[string]string, len(r.Header)+1)
	headers["host"] = text(r.Host)
	for name, values := range r.Header {
		if name != "Cookie" {
			headers[strings.ToLower(name)] = text(strings.Join(values, ","))
		}
	}
	source, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		source = r.RemoteAddr
	}
	e := events.APIGatewayV2HTTPRequest{
		Version:               "2.0",
		RouteKey:              routeKey,
		RawPath:               r.URL.EscapedPath(),
		RawQueryString:        text(r.URL.RawQuery),
		Headers:               headers,
		QueryStringParameters: queryOf(r),
		PathParameters:        parameters,
		RequestContext: events.APIGatewayV2HTTPRequestContext{
			RouteKey:   routeKey,
			AccountID:  "000000000000",
			Stage:      "$default",
			APIID:      "local",
			RequestID:  requestID(r.Context()),
			DomainName: headers["host"],
			Time:       now.UTC().Format("02/Jan/2006:15:04:05 -0700"),
			TimeEpoch:  now.UnixMilli(),
			HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{
				Method: r.Method, Path: text(r.URL.Path), Protocol: r.Proto, SourceIP: source, UserAgent: headers["user-agent"],
			},
		},
	}
	for _, cookie := range r.Header["Cookie"] {
		e.Cookies = append(e.Cookies, text(cookie))
	}
	if isText(r.Header.Get("Content-Type")) {
		e.Body = text(string(body))
	} else if len(body) > 0 {
		e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
	}
	return e
}

type requestIDKey struct{}

// WithRequestID returns a context whose request gets this id, by which its log line is known. Without it, it gets a random one.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestIDKey{}, id)
}

func requestID(ctx context.Context) string {
	if id, ok := ctx.Value(requestIDKey{}).(string); ok {
		return id
	}
	return rand.Text()
}

// queryOf returns the query parameters of a request, nil if there are none.
func queryOf(r *http.Request) map[string]string {
	values := r.URL.Query()
	if len(values) == 0 {
		return nil
	}
	query := make(map[string]string, len(values))
	for name, all := range values {
		query[text(name)] = text(strings.Join(all, ","))
	}
	return query
}

// text returns what is left of a string in JSON, which has UTF-8 and no other bytes: each of those becomes U+FFFD.
func text(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string([]rune(s))
}

// isText reports whether a body of this type is sent as text. All others, forms included, are sent in base64.
func isText(contentType string) bool {
	mediaType, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return false
	}
	return strings.HasPrefix(mediaType, "text/") || mediaType == "application/json" ||
		mediaType == "application/xml" || mediaType == "application/javascript"
}
