package apigw_test

import (
	"bytes"
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/storetest"
)

// slow is a store that takes a while to read a session, and twice as long for a binding.
type slow struct {
	*storetest.Memory
	takes time.Duration
}

func (s slow) SessionWithUser(ctx context.Context, userID, tokenHash string) (login.Session, login.User, error) {
	time.Sleep(s.takes)
	return s.Memory.SessionWithUser(ctx, userID, tokenHash)
}

func (s slow) BindingByOpenID(ctx context.Context, appID, openID string) (login.Binding, error) {
	time.Sleep(2 * s.takes)
	return s.Memory.BindingByOpenID(ctx, appID, openID)
}

// slowWeChat is anyone, but takes a while for a code.
type slowWeChat struct {
	anyone
	takes time.Duration
}

func (s slowWeChat) Code2Session(ctx context.Context, app login.App, code string) (login.WeChatSession, error) {
	time.Sleep(s.takes)
	return s.anyone.Code2Session(ctx, app, code)
}

// The times in a request's line are milliseconds. What was not waited for has no time.
// Under synctest they are exact.
func TestLogLineSaysWhatTookHowLong(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(w *world, store slow)
		want map[string]any
	}{
		"a login": {
			func(w *world, _ slow) { w.invoke(w.Context(), apigw.CheckBind, get("code=x-1")) },
			map[string]any{"totalMs": 30.5, "WeChatLatency": 25.5, "StoreLatency": 5.0},
		},
		"a request with a token": {
			func(w *world, _ slow) {
				w.invoke(w.Context(), apigw.UserInfo, withHeaders(get(""), map[string]string{"x-token": string(login.NewToken("u1").Text())}))
			},
			map[string]any{"totalMs": 2.5, "StoreLatency": 2.5},
		},
		"the authorizer": {
			func(w *world, store slow) {
				event := authorizerEvent(map[string]string{"x-token": string(login.NewToken("u1").Text())})
				if _, err := w.authorizer(store).Invoke(w.Context(), []byte(asJSON(w.T, event))); err != nil {
					w.Fatal(err)
				}
			},
			map[string]any{"totalMs": 2.5, "StoreLatency": 2.5},
		},
		"what waits for nothing": {
			func(w *world, _ slow) { w.invoke(w.Context(), apigw.CheckBind, get("")) },
			map[string]any{"totalMs": 0.0},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := slow{&storetest.Memory{}, 2500 * time.Microsecond}
				config := configOn(store)
				config.WeChat = slowWeChat{takes: 25500 * time.Microsecond}
				w := &world{T: t, log: &bytes.Buffer{}, service: login.New(config)}
				c.do(w, store)
				line := w.lastLine()
				for _, key := range []string{"totalMs", "WeChatLatency", "StoreLatency", "HashingLatency", "DirectoryLatency"} {
					if line[key] != c.want[key] {
						t.Errorf("%s is %v, want %v", key, line[key], c.want[key])
					}
				}
			})
		})
	}
}
