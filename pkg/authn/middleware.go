package authn

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// Middleware lets the requests with a living session's token through to next,
// which finds the visitor by FromContext. The token comes as Authorization: Bearer,
// or in X-Token. Others are answered as wxbind's own routes answer them: 401 with
// the reason, 503 with Retry-After when the store cannot answer.
func (g *Guard) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		visitor, err := g.Verify(r.Context(), tokenOf(r.Header))
		if err != nil {
			g.refuse(w, r, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), visitorKey{}, visitor)))
	})
}

// tokenOf joins a header that came more than once, as API Gateway does.
func tokenOf(h http.Header) login.Hidden {
	return login.TokenOf(strings.Join(h.Values("Authorization"), ","), strings.Join(h.Values("X-Token"), ","))
}

// refusal is the envelope of a failure: openapi.yaml's Failure.
type refusal struct {
	Code   int          `json:"code"` // 0
	Msg    string       `json:"msg"`
	Error  login.Code   `json:"error"`
	Action login.Action `json:"action"`
	// RequestID is API Gateway's. Here it is "".
	RequestID string `json:"requestId"`
}

func (g *Guard) refuse(w http.ResponseWriter, r *http.Request, err error) {
	failure := login.AsError(err)
	status := http.StatusInternalServerError
	switch {
	case failure.Code.EndsSession():
		status = http.StatusUnauthorized
		w.Header().Set("WWW-Authenticate", "Bearer")
	case failure.Code.Kind() == login.KindUnavailable:
		status = http.StatusServiceUnavailable
		// Whole seconds (RFC 9110, 10.2.3), rounded up and never 0.
		w.Header().Set("Retry-After", strconv.Itoa(max(1, int((failure.RetryAfter+time.Second-1)/time.Second))))
	}
	if status != http.StatusUnauthorized && r.Context().Err() == nil { // else it was the client who left
		g.logger.LogAttrs(r.Context(), slog.LevelError, "a token could not be verified", slog.String("cause", failure.Error()))
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	// A client that has gone needs no answer.
	_ = json.NewEncoder(w).Encode(refusal{
		Msg: failure.Code.Message(r.URL.Query().Get("lang")), Error: failure.Code, Action: failure.Code.Action(),
	})
}
