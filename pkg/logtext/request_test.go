package logtext_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/logtext"
	"github.com/wxbind/wxbind/pkg/requestlog"
	"github.com/wxbind/wxbind/pkg/wechat"
)

func TestMain(m *testing.M) {
	time.Local = time.FixedZone("CST", 8*3600)
	os.Exit(m.Run())
}

var noon = time.Date(2026, 1, 2, 4, 0, 0, 345_000_000, time.UTC)

// loggedIn returns a login as it happens every day.
func loggedIn() requestlog.Request {
	return requestlog.Request{
		Route: "checkbind", ID: "JKJaXmPLvHcESHA=", Outcome: login.OutcomeLogin, Status: 200,
		Address: "192.0.2.1", Device: "iPhone", Took: 61234567 * time.Nanosecond,
		Trail: &login.Trail{
			AppID: "wx0123456789abcdef", OpenIDHash: "c79d1b3befe268fe", UserID: "u1", Events: []login.Event{login.EventLogin},
			WeChat: 50123 * time.Microsecond, Store: 10123 * time.Microsecond,
		},
	}
}

func written(style logtext.Style, r requestlog.Request) string {
	var out bytes.Buffer
	requestlog.New(requestlog.Config{Output: &out, Form: style.Request, Now: func() time.Time { return noon }}).Write(r)
	return out.String()
}

func TestLine(t *testing.T) {
	terminal := logtext.Style{Terminal: true}
	for name, c := range map[string]struct {
		style  logtext.Style
		change func(*requestlog.Request)
		want   string
	}{
		"a login": {
			terminal, func(*requestlog.Request) {},
			"12:00:00       checkbind    login                    61 ms    u1\n",
		},
		"into a file": {
			logtext.Style{}, func(*requestlog.Request) {},
			"2026-01-02 12:00:00       checkbind    login                    61 ms    u1\n",
		},
		"nobody's": {
			terminal, func(r *requestlog.Request) {
				r.Outcome, r.Trail.UserID, r.Trail.Events, r.Took = login.OutcomeUnbound, "", nil, 4_560_000
			},
			"12:00:00       checkbind    unbound                  4.6 ms   openid c79d1b3b\n",
		},
		"a person's mistake": {
			terminal, func(r *requestlog.Request) {
				r.Outcome, r.Failure, r.Status, r.Trail = nil, &login.Error{Code: login.CodeMissing}, 400, &login.Trail{}
			},
			"12:00:00       checkbind    code_missing 400         61 ms    -\n",
		},
		"a slow login": {
			terminal, func(r *requestlog.Request) { r.Took, r.Trail.WeChat = 1234*time.Millisecond, 1200*time.Millisecond },
			"12:00:00       checkbind    login                    1.23 s   u1, WeChat 1.20 s\n",
		},
		"a slow store": {
			terminal, func(r *requestlog.Request) { r.Took, r.Trail.Store = 400*time.Millisecond, 300*time.Millisecond },
			"12:00:00       checkbind    login                    400 ms   u1, store 300 ms\n",
		},
		"several events": {
			terminal, func(r *requestlog.Request) {
				r.Route, r.Trail.Events, r.Trail.Repeated, r.Trail.Prefetched = "bind", []login.Event{login.EventRegister, login.EventBind}, true, true
			},
			"12:00:00       bind         login                    61 ms    u1, register, bind, pre-fetch, repeat\n",
		},
		"a warning in words": {
			terminal, func(r *requestlog.Request) {
				r.Route, r.Outcome, r.Failure, r.Trail.Events = "bind", nil, &login.Error{Code: login.InvalidCredentials}, []login.Event{login.EventWrongPassword}
			},
			"12:00:00 WARN  bind         invalid_credentials      61 ms    u1, wrong_password, from 192.0.2.1: Wrong username or password.\n",
		},
		"WeChat refuses": {
			terminal, func(r *requestlog.Request) {
				r.Outcome, r.Trail = nil, &login.Trail{OpenIDHash: "c79"}
				r.Failure = &login.Error{Code: login.WXAddressBlocked, Cause: &wechat.Error{Host: "https://api.weixin.qq.com", Fault: wechat.Refused, Errcode: 40164}}
			},
			"12:00:00 ERROR checkbind    wx_address_blocked       61 ms    openid c79, from 192.0.2.1: https://api.weixin.qq.com: refused, errcode 40164\n",
		},
		"lapses": {
			terminal, func(r *requestlog.Request) { r.Trail.Lapses = []error{errors.New("one"), errors.New("two")} },
			"12:00:00 WARN  checkbind    login                    61 ms    u1, from 192.0.2.1; survived: one; two\n",
		},
		"a mini-program that is not configured": {
			terminal, func(r *requestlog.Request) { r.Trail.UnknownAppID = "wxffffffffffffffff" },
			"12:00:00 WARN  checkbind    login                    61 ms    u1, unknown appId wxffffffffffffffff, from 192.0.2.1\n",
		},
		"details": {
			logtext.Style{Terminal: true, Details: true}, func(*requestlog.Request) {},
			"12:00:00       checkbind    login                    61 ms    u1, WeChat 50 ms, store 10 ms, from 192.0.2.1, appId wx0123456789abcdef, on iPhone, id JKJaXmPLvHcESHA=\n",
		},
		"in color": {
			logtext.Style{Terminal: true, Color: true}, func(*requestlog.Request) {},
			"\x1b[2m12:00:00\x1b[0m       checkbind    login                    61 ms    u1\n",
		},
		"a warning in color": {
			logtext.Style{Terminal: true, Color: true}, func(r *requestlog.Request) { r.Trail.Lapses = []error{errors.New("one")} },
			"\x1b[2m12:00:00\x1b[0m \x1b[33mWARN \x1b[0m checkbind    \x1b[33mlogin                   \x1b[0m 61 ms    u1, from 192.0.2.1; survived: one\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := loggedIn()
			c.change(&r)
			if got := written(c.style, r); got != c.want {
				t.Errorf("got\n%qwant\n%q", got, c.want)
			}
		})
	}
}

// No text from elsewhere moves the cursor, begins a line or fills the screen.
func TestForeignText(t *testing.T) {
	for name, text := range map[string]string{
		"a color": "\x1b[31mMARK", "a line": "a\nMARK", "a return": "a\rMARK", "a bell": "\aMARK", "backwards": "\u202eMARK", "no UTF-8": "\xff\x9bMARK",
		"much": strings.Repeat("很", 1<<16), "C1": "\u009b31mMARK",
	} {
		t.Run(name, func(t *testing.T) {
			r := loggedIn()
			r.Failure = &login.Error{Code: login.StoreUnavailable, Cause: errors.New(text)}
			r.Address, r.Device, r.ID, r.Trail.UserID, r.Trail.AppID = text, text, text, text, text
			r.Trail.Lapses, r.Trail.UnknownAppID = []error{errors.New(text)}, text
			got := written(logtext.Style{Details: true}, r)
			body, ends := strings.CutSuffix(got, "\n")
			if !ends || strings.ContainsAny(body, "\n\r\x1b\a\u202e\u009b") || len(got) > 10<<10 || !strings.ContainsAny(body, "MARK很") {
				t.Errorf("%d bytes: %.300q", len(got), got)
			}
		})
	}
}

// A line says nothing that the line of JSON does not say.
func TestNothingMoreThanJSON(t *testing.T) {
	r := loggedIn()
	r.Trail.Service, r.Trail.Phone = "orders", "Yg2Sj1cbp8yC2Xr4:00"
	var inJSON bytes.Buffer
	requestlog.New(requestlog.Config{Output: &inJSON, Now: func() time.Time { return noon }}).Write(r)
	for _, word := range strings.Fields(strings.ReplaceAll(written(logtext.Style{Terminal: true, Details: true}, r), ",", " ")) {
		switch word {
		case "12:00:00", "ms", "61", "50", "10", "on", "id", "from", "WeChat", "store":
		default:
			if !strings.Contains(inJSON.String(), word) {
				t.Errorf("%s is not in %s", word, inJSON.String())
			}
		}
	}
}

// A good login's line costs no memory.
func TestLineAllocatesNothing(t *testing.T) {
	r := loggedIn()
	log := requestlog.New(requestlog.Config{Output: io.Discard, Form: logtext.Style{Terminal: true, Color: true, Details: true}.Request})
	if got := testing.AllocsPerRun(100, func() { log.Write(r) }); got != 0 {
		t.Errorf("%v allocations", got)
	}
}
