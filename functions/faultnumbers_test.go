package functions_test

import (
	"net/http"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/login"
)

// numberFaults happen when WeChat is asked for a phone number. Then it has told the identity already.
func numberFaults() []fault {
	unavailable, unexpected := fail(login.WXUnavailable, asksNumber), fail(login.WXUnexpected, asksNumber)
	all := []fault{
		{name: "answers after 5 s", wants: unavailable, phoneCode: "slow5s-", spends: true},
		{name: "resets before it sees the phone code", wants: unavailable, phoneCode: "reset-"},
		{name: "resets when it has used the phone code", wants: unavailable, phoneCode: "lost-", spends: true},
		{name: "answers HTML with status 200", wants: unexpected, phoneCode: "html-"},
		{name: "answers HTML with status 503", wants: unavailable, phoneCode: "http503-"},
		{name: "answers 200 without a body", wants: unavailable, phoneCode: "empty-"},
		{name: "answers 4 MiB", wants: unexpected, phoneCode: "huge-"},
		{name: "begins its answer with a byte order mark", phoneCode: "bom-"},
		{name: "is busy, once", phoneCode: "busy-", sends: 2},
		{name: "says that there are too many calls", wants: fail(login.WXThrottled, asksNumber), status: 429, phoneCode: "err45011-", spends: true},
		{name: "refuses every access_token", wants: fail(login.WXTokenRejected, asksNumber), phoneCode: "err40001-", sends: 2, spends: true},
		{
			name: "refuses the access_token that it has just given", sends: 2,
			begin: func(w *world) {
				w.tokens.goWrong(func(rw http.ResponseWriter, r *http.Request) {
					w.tokens.goRight()
					w.wechat.ServeHTTP(rw, r)
					w.wechat.KillTokens(events.AppID)
				})
			},
			end: func(w *world) { w.tokens.goRight() },
		},
	}
	for i := range all {
		all[i].name = "WeChat, asked for a phone number, " + all[i].name
	}
	return all
}

// tokenFaults happen when WeChat is asked for the access_token that a phone number takes.
func tokenFaults() []fault {
	says := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }
	}
	reset := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	var all []fault
	for _, how := range []struct {
		name  string
		want  login.Code
		serve http.HandlerFunc
		once  bool
	}{
		{"never answers", login.WXUnavailable, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, false},
		{"resets", login.WXUnavailable, reset, false},
		{"resets, once", "", reset, true},
		{"answers HTML with status 200", login.WXUnexpected, says("<html>"), false},
		{"is busy", login.WXBusy, says(`{"errcode":-1,"errmsg":"system error"}`), false},
		{"says that the quota is spent", login.WXQuotaSpent, says(`{"errcode":45009,"errmsg":"reach max api daily quota limit"}`), false},
	} {
		all = append(all, fault{
			name: "WeChat, asked for an access_token, " + how.name, wants: fail(how.want, asksNumber),
			begin: func(w *world) {
				w.tokens.goWrong(func(rw http.ResponseWriter, r *http.Request) {
					if how.once {
						w.tokens.goRight()
					}
					how.serve(rw, r)
				})
			},
			end: func(w *world) { w.tokens.goRight() },
		})
	}
	return all
}

// asksNumber selects the calls that ask WeChat for a phone number.
func asksNumber(c call) bool { return c.asksNumber }

// goWrong serves stable_token instead of the stand-in, until goRight.
func (d *tokenDesk) goWrong(serve http.HandlerFunc) { d.wrong.Store(&serve) }

func (d *tokenDesk) goRight() { d.wrong.Store(nil) }
