package localgw

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// PreflightAge is how long a browser may keep the answer to a preflight. No browser keeps one for longer than a day, and
// Chromium none for longer than this.
const PreflightAge = 2 * time.Hour

// CORS says which pages in a browser may call the API, as API Gateway's own configuration of CORS does:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
//
// It never allows credentials, which to a browser are cookies and the like: tokens come in headers that the page sets.
type CORS struct {
	// Origins are as ParseOrigins returns them. None means that there is no CORS.
	Origins []string
	// Methods are those that pages may use.
	Methods []string
	// Headers are those that pages may set, in lower case.
	Headers []string
	// Exposed are the headers of answers that pages may read, beside those that every page may read.
	Exposed []string
}

// Handler answers preflights itself, whatever they are for, and gives every answer of the handler the headers that let an
// allowed page read it. To a page of another origin it says nothing, which is a refusal to a browser.
func (c CORS) Handler(handler http.Handler) http.Handler {
	if len(c.Origins) == 0 {
		return handler
	}
	methods, headers, exposed := strings.Join(c.Methods, ","), strings.Join(c.Headers, ","), strings.Join(c.Exposed, ",")
	age := strconv.Itoa(int(PreflightAge / time.Second))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := w.Header()
		// No cache may give one page's answer to another.
		answer.Add("Vary", "Origin")
		allowed := c.allowed(r.Header.Get("Origin"))
		if allowed != "" {
			answer.Set("Access-Control-Allow-Origin", allowed)
		}
		switch {
		case !isPreflight(r):
			if allowed != "" {
				answer.Set("Access-Control-Expose-Headers", exposed)
			}
			handler.ServeHTTP(w, r)
			return
		case allowed != "":
			answer.Set("Access-Control-Allow-Methods", methods)
			answer.Set("Access-Control-Allow-Headers", headers)
			answer.Set("Access-Control-Max-Age", age)
		}
		limitReply(w)
		w.WriteHeader(http.StatusNoContent)
	})
}

// isPreflight reports whether a browser asks what a page may send.
func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Origin") != "" && r.Header.Get("Access-Control-Request-Method") != ""
}

// allowed returns the value of Access-Control-Allow-Origin for a request of this origin, or "" if it may not call. Origins
// are compared as they are: https://fetch.spec.whatwg.org/#concept-cors-check
func (c CORS) allowed(origin string) string {
	switch {
	case origin == "":
		return ""
	case slices.Contains(c.Origins, anyOrigin):
		return anyOrigin
	case slices.Contains(c.Origins, origin):
		return origin
	}
	return ""
}
