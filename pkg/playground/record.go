package playground

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"time"

	"github.com/wxbind/wxbind/pkg/localgw"
	"github.com/wxbind/wxbind/pkg/requestlog"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// record records the requests to the API and their answers.
func (p *Playground) record(api http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if noStep(r) {
			api.ServeHTTP(w, r)
			return
		}
		began := time.Now()
		header := maps.Clone(r.Header)
		f := p.flows.begin(asPhone(header))
		defer p.flows.end(f)
		r = r.WithContext(localgw.WithRequestID(context.WithValue(r.Context(), flowKey{}, f), f.id))
		r.Header = header
		p.asked(f, r)
		seen := &answerWriter{ResponseWriter: w, status: http.StatusOK}
		api.ServeHTTP(seen, r)
		p.answered(f, seen, time.Since(began))
	})
}

// noStep says whether a request is none of the phone's: a probe, a preflight, or what a browser asks for by itself.
func noStep(r *http.Request) bool {
	switch r.URL.Path {
	case "/healthz", "/readyz", "/favicon.ico":
		return true
	}
	return r.Method == http.MethodOptions
}

// asked records a request. It reads the body if that is small, and puts it back.
func (p *Playground) asked(f *flow, r *http.Request) {
	var begin []byte
	size := r.ContentLength
	if size != 0 && size <= maxBody {
		var err error
		begin, err = io.ReadAll(io.LimitReader(r.Body, maxBody+1))
		if size < 0 && err == nil && len(begin) <= maxBody {
			size = int64(len(begin))
		}
		r.Body = restored{io.MultiReader(bytes.NewReader(begin), r.Body), r.Body}
	}
	contentType := r.Header.Get("Content-Type")
	if bytes.Contains(begin, []byte("phoneCode")) {
		fields, _ := readBody(contentType, begin, size).value.(map[string]any)
		code, _ := fields["phoneCode"].(string)
		p.flows.sends(f, code, true)
	}
	method, path, rawQuery, header := r.Method, r.URL.Path, r.URL.RawQuery, r.Header
	p.add(Step{Flow: f.name, Kind: kindRequest, OK: true}, func(s *Step) {
		sent := readBody(contentType, begin, size)
		query, _ := pairs(rawQuery)
		detail := request{Method: text(method), Path: text(path), Query: query, Headers: maskedHeaders(header), Body: sent.value}
		s.Title, s.Detail, s.Curl = detail.Method+" "+detail.Path, detail, curl(p.about.Base, detail, sent)
	})
}

// restored is a body of which the beginning was read.
type restored struct {
	io.Reader
	io.Closer
}

// answerWriter keeps the beginning of an answer.
type answerWriter struct {
	http.ResponseWriter
	status int
	begin  []byte
	size   int64
}

// Unwrap lets http.ResponseController find the connection.
func (w *answerWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *answerWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *answerWriter) Write(b []byte) (int, error) {
	w.size += int64(len(b))
	w.begin = append(w.begin, b[:min(len(b), maxBody+1-len(w.begin))]...)
	return w.ResponseWriter.Write(b)
}

// answered records an answer.
func (p *Playground) answered(f *flow, w *answerWriter, took time.Duration) {
	status, begin, size, retryAfter := w.status, w.begin, w.size, w.Header().Get("Retry-After")
	p.add(Step{Flow: f.name, Kind: kindAnswer, MS: milliseconds(took)}, func(s *Step) {
		sent := readBody("application/json", begin, size)
		s.Title, s.OK = fmt.Sprintf("%d %s", status, http.StatusText(status)), status < http.StatusBadRequest
		if fields, is := sent.value.(map[string]any); is {
			if code, is := fields["code"].(json.Number); is {
				s.Title += " · code " + code.String()
				s.OK = s.OK && code.String() != "0"
			}
			if failed, is := fields["error"].(string); is {
				s.Title += " " + failed
			}
		}
		s.Detail = answered{Status: status, RetryAfter: retryAfter, Body: sent.value}
	})
}

// Called records a call to the stand-in. It is for wechattest.Config.
func (p *Playground) Called(c wechattest.Call) {
	if p == nil {
		return
	}
	p.people.meet(c)
	detail := wechatCall{
		Call: c.Kind, AppID: text(c.AppID), Code: text(c.Code), OpenID: c.OpenID, Person: c.Person,
		Errcode: c.Errcode, Errmsg: c.Errmsg, Fault: c.Fault, MS: milliseconds(c.Took),
	}
	title := c.Kind
	switch {
	case c.Errcode != 0:
		title += fmt.Sprintf(" → %d %s", c.Errcode, c.Errmsg)
	case c.Person != "":
		title += " → " + c.Person
	case c.Fault != "":
		title += " → " + c.Fault
	}
	p.add(Step{
		At: c.Began.UnixMilli(), Flow: p.flows.sending(c.Code), Kind: kindWeChat, Title: title, MS: detail.MS,
		OK: c.Errcode == 0 && (c.Fault == "" || c.Person != ""), Detail: detail,
	}, nil)
}

// Logged records what a request's log line says of the store. It is for requestlog.Config.
func (p *Playground) Logged(r requestlog.Request) {
	if p == nil {
		return
	}
	detail := stored{
		MS: milliseconds(r.Trail.Store), Route: r.Route, UserID: r.Trail.UserID, AppID: r.Trail.AppID, Events: []string{},
		HashMS: milliseconds(r.Trail.Hashing), TotalMS: milliseconds(r.Took), Repeated: r.Trail.Repeated,
	}
	title := r.Route
	for _, event := range r.Trail.Events {
		detail.Events = append(detail.Events, string(event))
	}
	if detail.Outcome = r.Ended(); detail.Outcome != "" {
		title += " → " + detail.Outcome
	}
	p.add(Step{Flow: p.flows.named(r.ID), Kind: kindStore, Title: title, MS: detail.MS, OK: r.Failure == nil, Detail: detail}, nil)
}

// milliseconds is a time in milliseconds, to the microsecond.
func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
