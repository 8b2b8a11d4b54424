package playground

import (
	"net/http"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

// The headers by which the page's phone says what a real one says by headers that a page in a browser may not set.
const (
	// headerDevice becomes the User-Agent.
	headerDevice = "X-Phone-Device"
	// headerApp becomes the Referer that WeChat sends for the mini-program.
	headerApp = "X-Phone-App"
	// headerFlow names the flow of the request's steps.
	headerFlow = "X-Phone-Flow"
)

const (
	maxDevice = 256
	maxFlow   = 64
)

// asPhone gives a request the headers that the phone means, and takes the phone's own away. It returns the flow that the
// request belongs to, "" if it names none. What has not the right form counts as absent. It changes h.
func asPhone(h http.Header) (flow string) {
	if device := h.Get(headerDevice); device != "" && len(device) <= maxDevice && !strings.ContainsFunc(device, unprintable) {
		h.Set("User-Agent", device)
	}
	if appID := h.Get(headerApp); login.ValidAppID(appID) {
		h.Set("Referer", "https://servicewechat.com/"+appID+"/devtools/page-frame.html")
	}
	if flow = h.Get(headerFlow); len(flow) > maxFlow || strings.ContainsFunc(flow, notInID) {
		flow = ""
	}
	h.Del(headerDevice)
	h.Del(headerApp)
	h.Del(headerFlow)
	return flow
}

func unprintable(r rune) bool { return r < ' ' || r > '~' }

func notInID(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
}

// shownHeaders are those headers of requests that matter and hold no secret.
var shownHeaders = [...]string{"Content-Type", "Referer", "User-Agent"}

// maskedHeaders returns the headers that matter, in lower case and without secrets.
func maskedHeaders(h http.Header) map[string]string {
	shown := map[string]string{}
	for _, name := range shownHeaders {
		if value := h.Get(name); value != "" {
			shown[strings.ToLower(name)] = text(value)
		}
	}
	// Of a Referer only WeChat's says something, and a query may hold anything.
	if referer, ok := shown["referer"]; ok {
		if !strings.HasPrefix(referer, "https://servicewechat.com/") {
			delete(shown, "referer")
		} else if end := strings.IndexAny(referer, "?#"); end >= 0 {
			shown["referer"] = referer[:end]
		}
	}
	if value := h.Get("Authorization"); value != "" {
		shown["authorization"] = hidden
		for _, scheme := range []string{"Bearer", "Basic"} {
			if said, _, ok := strings.Cut(value, " "); ok && strings.EqualFold(said, scheme) {
				shown["authorization"] = scheme + " " + hidden
			}
		}
	}
	if h.Get("X-Token") != "" {
		shown["x-token"] = hidden
	}
	return shown
}
