package apigw_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"testing"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/origin"
	"github.com/wxbind/wxbind/pkg/requestlog"
	"github.com/wxbind/wxbind/pkg/storetest"
)

// discarded is the log of a function whose lines are made, and not kept.
func discarded() *requestlog.Log {
	return requestlog.New(requestlog.Config{Output: io.Discard, Stack: "prod"})
}

// BenchmarkCheckBind measures our own share of a login: event in, answer out, over
// ports that take no time. Each round has another bound user.
func BenchmarkCheckBind(b *testing.B) {
	for name, bound := range map[string]bool{"bound": true, "unbound": false} {
		b.Run(name, func(b *testing.B) {
			store := &storetest.Memory{}
			config := configOn(store)
			config.WeChat = byCode{}
			service := login.New(config)
			const users = 10_000
			if bound {
				for i := range users {
					id := strconv.Itoa(i)
					u := login.User{ID: id, Username: id, Apps: map[string]login.UserApp{}}
					if err := store.AddUser(b.Context(), u, login.NewPassword(password)); err != nil {
						b.Fatal(err)
					}
					r := login.BindRequest{Code: "o" + id, Username: id, Password: password}
					if _, err := service.Bind(b.Context(), login.Caller{}, r); err != nil {
						b.Fatal(err)
					}
				}
			}
			events := make([][]byte, users)
			for i := range users {
				e := get(fmt.Sprintf("code=o%d", i))
				e.Headers = map[string]string{
					"referer":    "https://servicewechat.com/" + appID + "/12/page-frame.html",
					"user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0.49",
				}
				payload, err := json.Marshal(e)
				if err != nil {
					b.Fatal(err)
				}
				events[i] = payload
			}
			handler := apigw.New(apigw.Config{Service: service, Log: discarded()}, apigw.CheckBind)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if _, err := handler.Invoke(b.Context(), events[i%users]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkAuthorizer measures our own share of letting a request pass: event in,
// answer out, over a store that takes no time. Each round has another user.
func BenchmarkAuthorizer(b *testing.B) {
	store := &storetest.Memory{}
	config := configOn(store)
	config.WeChat = byCode{}
	service := login.New(config)
	const users = 1_000
	payloads := make([][]byte, users)
	for i := range users {
		id := strconv.Itoa(i)
		u := login.User{ID: id, Username: id, Roles: []string{"staff"}, Apps: map[string]login.UserApp{}}
		if err := store.AddUser(b.Context(), u, login.NewPassword(password)); err != nil {
			b.Fatal(err)
		}
		opened, err := service.Bind(b.Context(), login.Caller{}, login.BindRequest{Code: "o" + id, Username: id, Password: password})
		if err != nil {
			b.Fatal(err)
		}
		event := authorizerEvent(map[string]string{
			"authorization": "Bearer " + string(opened.Token),
			"user-agent":    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0.49",
		})
		if payloads[i], err = json.Marshal(event); err != nil {
			b.Fatal(err)
		}
	}
	authorizer := apigw.NewAuthorizer(apigw.AuthorizerConfig{
		Verifier: login.Verifier{Presence: store}, Log: discarded(),
	})
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := authorizer.Invoke(b.Context(), payloads[i%users]); err != nil {
			b.Fatal(err)
		}
	}
}

// byCode uses the code as the openid.
type byCode struct{ login.WeChat }

func (byCode) Code2Session(_ context.Context, _ login.App, code string) (login.WeChatSession, error) {
	return login.WeChatSession{OpenID: code, SessionKey: "tiihtNczf5v6AKRyjwEUhQ=="}, nil
}

// BenchmarkCheckBindJunk measures what a code costs that WeChat refuses, and one that is refused before WeChat is
// asked: event in, answer out, over a WeChat that takes no time.
func BenchmarkCheckBindJunk(b *testing.B) {
	for name, shared := range map[string]bool{"asked": true, "refused": false} {
		b.Run(name, func(b *testing.B) {
			config := configOn(&storetest.Memory{})
			config.WeChat = junk{}
			event := get("code=0a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d")
			event.Headers = map[string]string{"user-agent": "curl/8.5.0"}
			if shared { // behind a proxy that is not trusted there is no limit
				event.Headers["x-forwarded-for"] = "203.0.113.9"
			}
			payload, err := json.Marshal(event)
			if err != nil {
				b.Fatal(err)
			}
			quiet := slog.New(slog.DiscardHandler)
			handler := apigw.New(apigw.Config{Service: login.New(config), Log: discarded(), Origin: &origin.Finder{Logger: quiet}}, apigw.CheckBind)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := handler.Invoke(b.Context(), payload); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// junk calls every code invalid.
type junk struct{ login.WeChat }

func (junk) Code2Session(context.Context, login.App, string) (login.WeChatSession, error) {
	return login.WeChatSession{}, login.WXCodeInvalid
}
