package wechattest

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

// Call is what an observer is told of a call. It has no AppSecret, session_key, access_token or phone number.
type Call struct {
	// Kind is the last part of the path: jscode2session, stable_token, getuserphonenumber or checksession.
	Kind string
	// Code is the code as it was sent, at most 256 bytes of it; "" for stable_token, and if what goes before it was refused.
	Code string
	// AppID is the mini-program that the call is for, "" if that cannot be told.
	AppID string
	// OpenID and Person say who was identified, and are "" if nobody was.
	OpenID, Person string
	// Errcode and Errmsg are those of the answer, without the rid; 0 and "" for a good one.
	Errcode int
	Errmsg  string
	// Fault is the prefix that made the call fail or late, such as busy or slow; "" for none.
	Fault string
	// Began is when the call came, and Took how long it was until the answer.
	Began time.Time
	Took  time.Duration
}

type callKey struct{}

// observed lets the observer know of a call before the caller sees anything of the answer, or that there is none.
func (s *Server) observed(w http.ResponseWriter, r *http.Request, kind string, answer http.HandlerFunc) {
	if s.observe == nil {
		answer(w, r)
		return
	}
	call := &Call{Kind: kind, Began: time.Now()}
	tell := sync.OnceFunc(func() {
		call.Took = time.Since(call.Began)
		s.observe(*call)
	})
	defer tell()
	answer(&observedWriter{w, tell}, r.WithContext(context.WithValue(r.Context(), callKey{}, call)))
}

// observedWriter tells before anything goes to the caller.
type observedWriter struct {
	http.ResponseWriter
	tell func()
}

func (w *observedWriter) WriteHeader(status int) {
	w.tell()
	w.ResponseWriter.WriteHeader(status)
}

func (w *observedWriter) Write(b []byte) (int, error) {
	w.tell()
	return w.ResponseWriter.Write(b)
}

// Hijack implements http.Hijacker: who takes the connection may end it at once.
func (w *observedWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	w.tell()
	return http.NewResponseController(w.ResponseWriter).Hijack()
}

// callOf returns what is noted about a request, or a Call that nobody reads.
func callOf(r *http.Request) *Call {
	if call, ok := r.Context().Value(callKey{}).(*Call); ok {
		return call
	}
	return &Call{}
}

// identified notes whom a code has identified.
func (c *Call) identified(appID string, code code) {
	c.Person = code.person
	if code.person != "" {
		c.OpenID = OpenID(appID, code.person)
	}
}
