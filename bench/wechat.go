package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/wxbind/wxbind/bench/people"
)

// weChat answers jscode2session at once. Like WeChat, it takes each code once.
type weChat struct {
	server *http.Server
	url    string
	mu     sync.Mutex
	// seen has a bit for each serial of a code.
	seen []uint64
	// exchanged is how many codes were exchanged.
	exchanged int
}

func startWeChat(ctx context.Context) (*weChat, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	w := &weChat{url: "http://" + listener.Addr().String()}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /sns/jscode2session", w.exchange)
	// WxJava adds an access token to the call, though jscode2session needs none.
	mux.HandleFunc("GET /cgi-bin/token", func(out http.ResponseWriter, _ *http.Request) {
		reply(out, map[string]any{"access_token": "an-access-token", "expires_in": 7200})
	})
	w.server = &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go w.server.Serve(listener) //nolint:errcheck // it ends when closed
	return w, nil
}

func (w *weChat) exchange(out http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	person, serial, err := people.OfCode(query.Get("js_code"))
	switch {
	case query.Get("appid") != people.AppID || query.Get("secret") != people.AppSecret:
		reply(out, map[string]any{"errcode": 40125, "errmsg": "invalid appsecret"})
	case err != nil:
		reply(out, map[string]any{"errcode": 40029, "errmsg": "invalid code"})
	case !w.first(serial):
		reply(out, map[string]any{"errcode": 40163, "errmsg": "code been used"})
	default:
		key := sha256.Sum256(fmt.Appendf(nil, "session_key %d", serial))
		reply(out, map[string]any{"session_key": base64.StdEncoding.EncodeToString(key[:16]), "openid": people.OpenID(person)})
	}
}

// first notes a serial, and reports whether it is seen for the first time.
func (w *weChat) first(serial int) bool {
	word, bit := serial/64, uint64(1)<<(serial%64)
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.seen) <= word {
		w.seen = append(w.seen, make([]uint64, 1024)...)
	}
	if w.seen[word]&bit != 0 {
		return false
	}
	w.seen[word] |= bit
	w.exchanged++
	return true
}

// count is how many codes were exchanged so far.
func (w *weChat) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.exchanged
}

// reply answers as WeChat does: JSON that is said to be text.
func reply(out http.ResponseWriter, body map[string]any) {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // maps of texts and numbers always can be
	}
	out.Header().Set("Content-Type", "text/plain")
	out.Write(text) //nolint:errcheck // whoever asked has gone
}
