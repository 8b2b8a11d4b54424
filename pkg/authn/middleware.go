package authn

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"

	"github.com/wxbind/wxbind/pkg/envelope"
	"github.com/wxbind/wxbind/pkg/login"
)

// Middleware lets requests with a live session's token through to next, which gets
// the visitor from FromContext. The token comes in Authorization: Bearer or in X-Token.
// Other requests get the answer that wxbind's own routes give: 401 with the reason, or
// 503 with how long to wait if the store cannot answer.
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

// tokenOf finds the token. It joins the values of a repeated header, as API Gateway does.
func tokenOf(h http.Header) login.Hidden {
	return login.TokenOf(strings.Join(h.Values("Authorization"), ","), strings.Join(h.Values("X-Token"), ","))
}

func (g *Guard) refuse(w http.ResponseWriter, r *http.Request, err error) {
	failure := login.AsError(err)
	status := envelope.Status(failure.Code, true)
	if status != http.StatusUnauthorized && r.Context().Err() == nil { // else the client left
		g.logger.LogAttrs(r.Context(), slog.LevelError, "a token could not be verified", slog.String("cause", failure.Error()))
	}
	for name, value := range envelope.Headers() {
		w.Header().Set(name, value)
	}
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	body := envelope.FailureOf(failure, r.URL.Query().Get("lang"), "")
	if wait := body.RetryAfterHeader(); wait != "" {
		w.Header().Set("Retry-After", wait)
	}
	w.WriteHeader(status)
	// A client that has gone needs no answer.
	_ = json.NewEncoder(w).Encode(body)
}
