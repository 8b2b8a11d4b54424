// Command floor is the least that a durable checkBind does: it asks WeChat, reads the user and writes the three rows of
// a login (binding, session, record of the code) in one transaction, which all logins that wait share. It seals,
// bounds, judges and reports nothing. It is no program to use, but a measure.
package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"

	_ "modernc.org/sqlite" // registers the driver "sqlite"
)

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	db, err := sql.Open("sqlite", os.Getenv("FLOOR_DB")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate")
	if err != nil {
		return err
	}
	people, err := strconv.Atoi(os.Getenv("FLOOR_PEOPLE"))
	if err != nil {
		return fmt.Errorf("FLOOR_PEOPLE: %w", err)
	}
	if err := fill(ctx, db, people); err != nil {
		return err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 50
	s := server{
		wechat: &http.Client{Transport: transport, Timeout: 5 * time.Second},
		jobs:   make(chan *login, most),
	}
	w, err := newWriter(ctx, db)
	if err != nil {
		return err
	}
	go func() { log.Fatal(w.run(ctx, s.jobs)) }()
	http.HandleFunc("GET /mobileApi/user/checkBind", s.checkBind)
	server := &http.Server{Addr: os.Getenv("ADDR"), ReadHeaderTimeout: 5 * time.Second}
	return server.ListenAndServe()
}

type server struct {
	wechat *http.Client
	jobs   chan *login
}

// login is one login, on its way through the writer.
type login struct {
	openID, sessionKey string
	code, token        [sha256.Size]byte
	at                 time.Time
	user               user
	err                error
	done               chan struct{}
}

type user struct {
	ID       string   `json:"id"`
	Username string   `json:"username"`
	Name     string   `json:"name"`
	Roles    []string `json:"roles"`
}

func (s server) checkBind(w http.ResponseWriter, r *http.Request) {
	code := r.URL.Query().Get("code")
	l := &login{code: sha256.Sum256([]byte(code)), at: time.Now(), done: make(chan struct{})}
	if err := s.exchange(r.Context(), code, l); err != nil {
		answer(w, map[string]any{"code": 0, "msg": err.Error()})
		return
	}
	token := make([]byte, 32)
	rand.Read(token)
	l.token = sha256.Sum256(token)
	s.jobs <- l
	<-l.done
	switch {
	case errors.Is(l.err, sql.ErrNoRows):
		answer(w, map[string]any{"code": 301, "msg": "未登录", "openId": l.openID})
	case l.err != nil:
		log.Print(l.err)
		http.Error(w, `{"code":0}`, http.StatusInternalServerError)
	default:
		answer(w, map[string]any{
			"code": 1, "msg": "已经登录", "token": base64.RawURLEncoding.EncodeToString(token), "userInfo": l.user,
		})
	}
}

func answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if err := json.NewEncoder(w).Encode(body); err != nil {
		log.Print(err)
	}
}

// exchange asks WeChat.
func (s server) exchange(ctx context.Context, code string, l *login) error {
	query := url.Values{
		"appid": {os.Getenv("WX_APPID")}, "secret": {os.Getenv("WX_APPSECRET")},
		"js_code": {code}, "grant_type": {"authorization_code"},
	}
	to := os.Getenv("WECHAT_API_BASE") + "/sns/jscode2session?" + query.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, to, nil) //nolint:gosec // it asks whom it is told to
	if err != nil {
		return err
	}
	response, err := s.wechat.Do(request) //nolint:gosec // likewise
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var session struct {
		OpenID     string `json:"openid"`
		SessionKey string `json:"session_key"`
		ErrCode    int    `json:"errcode"`
	}
	if err := json.NewDecoder(response.Body).Decode(&session); err != nil {
		return err
	}
	if session.ErrCode != 0 {
		return fmt.Errorf("WeChat refuses the code: %d", session.ErrCode)
	}
	l.openID, l.sessionKey = session.OpenID, session.SessionKey
	return nil
}
