package playground

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"regexp"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// telling is what the page has WeChat tell.
type telling struct {
	Tell   string `json:"tell"`
	Person string `json:"person"`
	AppID  string `json:"appId"`
}

// tellings are what WeChat can tell of a person: they have closed their WeChat account, or withdrawn their phone number, or their
// nickname and avatar. See https://developers.weixin.qq.com/miniprogram/security/basic/listen.html
var tellings = map[string]wechattest.Event{
	"closed":  {Name: "user_authorization_cancellation"},
	"phone":   {Name: "user_authorization_revoke", RevokeInfo: "8"},
	"profile": {Name: "user_authorization_revoke", RevokeInfo: "6"},
}

// Errors of a telling that cannot be read.
var (
	errNoTelling      = errors.New("what WeChat tells is one object of tell, person and appId, which are strings")
	errUnknownTelling = errors.New("tell is closed, phone or profile")
	errNoPerson       = errors.New("person is 1 to 24 letters, digits or underscores")
	errNoApp          = errors.New("appId says in which mini-program")
)

// aPerson is what the page lets a person of the stand-in be called.
var aPerson = regexp.MustCompile(`^[A-Za-z0-9_]{1,24}$`)

func readTelling(contentType string, body io.Reader) (telling, error) {
	var t telling
	if err := readObject(contentType, body, &t, errNoTelling); err != nil {
		return telling{}, err
	}
	switch {
	case tellings[t.Tell].Name == "":
		return telling{}, errUnknownTelling
	case !aPerson.MatchString(t.Person):
		return telling{}, errNoPerson
	case t.AppID == "":
		return telling{}, errNoApp
	}
	return t, nil
}

// push has WeChat push about a person of the stand-in, to the API's own route over HTTP.
func (p *Playground) push(w http.ResponseWriter, r *http.Request) {
	t, err := readTelling(r.Header.Get("Content-Type"), r.Body)
	if err != nil {
		refuseUnread(w, err, "push_invalid")
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), actTime)
	defer cancel()
	event := tellings[t.Tell]
	detail := pushed{Push: event.Name, RevokeInfo: event.RevokeInfo, Person: t.Person, AppID: text(t.AppID)}
	step := Step{Flow: rand.Text(), Kind: kindWeChat, Title: "push " + event.Name + " → " + t.Person}
	pusher, err := p.pusher(ctx, t.AppID)
	if err != nil {
		_, what := meaning(err)
		detail.Error = what.Error
		step.Detail = detail
		p.add(step, nil)
		failed(w, err)
		return
	}
	step.OK, step.Detail = true, detail
	p.add(step, nil) // before its request, which tells how it ends
	event.OpenID = wechattest.OpenID(t.AppID, t.Person)
	if err := pusher.Push(ctx, &http.Client{Transport: inFlow(step.Flow)}, event); err != nil {
		refuse(w, http.StatusBadGateway, "push_refused", "the push was not answered with success: the log shows why")
		return
	}
	answer(w, http.StatusOK, struct{}{})
}

// inFlow sends requests whose steps stand in a flow.
type inFlow string

func (f inFlow) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set(headerFlow, string(f))
	return http.DefaultTransport.RoundTrip(r)
}

// noPusher is for a Config without a Pusher.
func noPusher(context.Context, string) (wechattest.Pusher, error) {
	return wechattest.Pusher{}, login.PushOff
}
