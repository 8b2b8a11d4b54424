package doctor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/wechat"
)

// WeChat is what doctor asks of WeChat. Errors: *wechat.Error.
type WeChat interface {
	CheckApp(ctx context.Context, app login.App) error
	ServerTime(ctx context.Context) (time.Time, error)
}

// maxSkew is how far the clock may differ from WeChat's.
const maxSkew = 30 * time.Second

// console is where an app's owner changes the app's settings at WeChat.
const console = "mp.weixin.qq.com, 开发管理 -> 开发设置"

// Clock compares this machine's clock, now, with WeChat's.
func Clock(w WeChat, now func() time.Time) Check {
	return Check{Run: func(ctx context.Context) []Finding {
		asked := now()
		theirs, err := w.ServerTime(ctx)
		if err != nil {
			return []Finding{fail("clock", "WeChat's clock cannot be read: "+err.Error(), reach)}
		}
		// The answer was made about halfway, and the second in its Date had on average half passed.
		ours := asked.Add(now().Sub(asked) / 2)
		skew := ours.Sub(theirs.Add(500 * time.Millisecond)).Round(time.Second)
		switch {
		case skew.Abs() <= maxSkew:
			return []Finding{ok("clock", fmt.Sprintf("within %s of WeChat's", max(skew.Abs(), time.Second)))}
		case skew > 0:
			return []Finding{fail("clock", fmt.Sprintf("this machine's clock is %s ahead of WeChat's", skew), setClock)}
		}
		return []Finding{fail("clock", fmt.Sprintf("this machine's clock is %s behind WeChat's", -skew), setClock)}
	}}
}

const (
	setClock = "let NTP set the clock (timedatectl set-ntp true): sessions end by it, and AWS refuses requests signed minutes off"
	reach    = "make sure that this machine resolves and reaches that host over HTTPS; HTTPS_PROXY and WECHAT_API_BASE set the route"
)

// apps asks WeChat whether it accepts the credentials of each app, in this order.
func apps(ctx context.Context, w WeChat, list []login.App) []Finding {
	found := make([]Finding, len(list))
	var all sync.WaitGroup
	for i, app := range list {
		all.Go(func() {
			found[i] = credentials(app.ID, w.CheckApp(ctx, app))
		})
	}
	all.Wait()
	return found
}

// credentials is what WeChat's answer means for an app.
func credentials(appID string, err error) Finding {
	check := "WeChat " + appID
	if err == nil {
		return ok(check, "accepts the AppID and the AppSecret, from this machine's address, and gives the access_token that phone numbers need")
	}
	e, isTheirs := errors.AsType[*wechat.Error](err)
	if !isTheirs || e.Fault != wechat.Refused {
		return fail(check, "WeChat cannot be asked: "+err.Error(), reach)
	}
	r, known := refusals[e.Errcode]
	switch {
	case e.Errcode == addressRefused:
		r = refusedAddress(cmp.Or(e.Address, "this machine's address"))
	case !known:
		r = refusal{Fail, "does not accept them", "look the errcode up in WeChat's table of global return codes"}
	}
	says := fmt.Sprintf("%s (errcode %d", r.says, e.Errcode)
	if e.RID != "" {
		says += ", rid " + e.RID
	}
	return Finding{Check: check, Status: r.status, Says: says + ")", Do: r.do}
}

// addressRefused means that our address is not in the app's IP list; WeChat's answer names the address.
const addressRefused = 40164

func refusedAddress(address string) refusal {
	return refusal{
		Fail, "does not accept calls from " + address + ": it is not in the mini-program's IP list",
		"add " + address + " at " + console + " -> IP白名单, and the fixed address that the functions call from; or turn the list off. " +
			"Until then it is unknown whether the AppSecret is right",
	}
}

type refusal struct {
	status   Status
	says, do string
}

// refusals are the errcodes of stable_token and getAccessToken that an operator may meet.
// https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-access-token/getStableAccessToken.html
var refusals = map[int]refusal{
	40013: {Fail, "knows no mini-program with this AppID", "compare the AppID with the one at " + console + ", and set it" + where},
	40001: {Fail, wrongSecret, newSecret},
	40125: {Fail, wrongSecret, newSecret},
	40243: {Fail, "has frozen the AppSecret", "unfreeze it at " + console},
	89501: {Fail, unconfirmed, confirm},
	89503: {Fail, unconfirmed, confirm},
	89506: {Fail, "blocks this machine's address for 24 hours: an administrator of the mini-program refused it twice", confirm},
	89507: {Fail, "blocks this machine's address for an hour: an administrator of the mini-program refused it", confirm},
	50004: {Fail, "has forbidden this call to the mini-program", "see the notices at mp.weixin.qq.com"},
	50007: {Fail, "has frozen the mini-program", "see the notices at mp.weixin.qq.com"},
	-1:    {Warn, "is busy, and says nothing about the AppSecret", "try again in a minute"},
	45009: {Warn, "says nothing about the AppSecret: the day's quota of such calls is spent", "try again tomorrow, Beijing time; logins have a quota of their own"},
	45011: {Warn, "says nothing about the AppSecret: too many such calls this minute", "try again in a minute"},
}

const (
	wrongSecret = "does not accept the AppSecret"
	newSecret   = "reset the AppSecret at " + console + ", and set the new one" + where
	where       = ": `wxbind secret set`, or WX_APPID and WX_APPSECRET of `wxbind serve`"
	unconfirmed = "waits for an administrator of the mini-program to allow this machine's address"
	confirm     = "have its administrator confirm the message in WeChat"
)
