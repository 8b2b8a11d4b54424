package apigw_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
)

// What a request did to an account is logged once, with the user and where the request came from.
func TestRequestsAreAudited(t *testing.T) {
	fromPhone := func(e events.APIGatewayV2HTTPRequest) events.APIGatewayV2HTTPRequest {
		e.RequestContext.HTTP.SourceIP = "2001:db8:1:2::1"
		return withHeaders(e, map[string]string{"user-agent": "(iPhone; CPU) MicroMessenger/8"})
	}
	bindWith := func(w *world, person, secret string) events.APIGatewayV2HTTPRequest {
		return post("application/json", `{"code":"`+w.code(person)+`","username":"demo","password":"`+secret+`"}`)
	}
	for event, c := range map[string]struct {
		function string
		play     func(w *world, alice *visitor) answer
	}{
		"login": {"checkbind", func(w *world, _ *visitor) answer {
			return w.invoke(t.Context(), apigw.CheckBind, fromPhone(get("code="+w.code("alice"))))
		}},
		"bind": {"bind", func(w *world, _ *visitor) answer {
			w.unbind("u1")
			return w.invoke(t.Context(), apigw.Bind, fromPhone(bindWith(w, "alice", password)))
		}},
		"bind_conflict": {"bind", func(w *world, _ *visitor) answer {
			return w.invoke(t.Context(), apigw.Bind, fromPhone(bindWith(w, "bob", password)))
		}},
		"wrong_password": {"bind", func(w *world, _ *visitor) answer {
			return w.invoke(t.Context(), apigw.Bind, fromPhone(bindWith(w, "bob", "wrong")))
		}},
		"throttled": {"bind", func(w *world, _ *visitor) answer {
			var a answer
			for a.status != 429 {
				w.log.Reset()
				a = w.invoke(t.Context(), apigw.Bind, fromPhone(bindWith(w, "bob", "wrong")))
			}
			return a
		}},
		"logout": {"logout", func(_ *world, alice *visitor) answer {
			return alice.ask(apigw.Logout, fromPhone(post("", "")))
		}},
		"logout_all": {"logout", func(_ *world, alice *visitor) answer {
			return alice.ask(apigw.Logout, fromPhone(post("application/json", `{"all":true}`)))
		}},
		"session_revoke": {"sessions", func(_ *world, alice *visitor) answer {
			return alice.ask(apigw.RevokeSession, fromPhone(withID(alice.session().ID())))
		}},
		"unbind": {"unbind", func(w *world, alice *visitor) answer {
			return alice.ask(apigw.Unbind, fromPhone(post(form, "force=true&code="+w.code("alice"))))
		}},
		"password_change": {"password", func(w *world, alice *visitor) answer {
			return alice.ask(apigw.Password, fromPhone(post(form, "password="+password+"&newPassword=another+horse&code="+w.code("alice"))))
		}},
		"account_export": {"account", func(w *world, alice *visitor) answer {
			return alice.ask(apigw.Export, fromPhone(get("code="+w.code("alice"))))
		}},
		"account_delete": {"account", func(w *world, alice *visitor) answer {
			return alice.ask(apigw.DeleteAccount, fromPhone(get("code="+w.code("alice"))))
		}},
	} {
		t.Run(event, func(t *testing.T) {
			w := newWorld(t)
			alice := w.login("alice")
			w.log.Reset()
			a := c.play(w, alice)
			lines := w.lines()
			if len(lines) != 1 {
				t.Fatalf("%d lines after %s", len(lines), a.text)
			}
			line := lines[0]
			for name, want := range map[string]any{
				"event": event, "route": c.function, "appId": appID, "address": "2001:db8:1:2::/64", "device": "iPhone", "requestId": "JKJaXmPLvHcESHA=",
			} {
				if line[name] != want {
					t.Errorf("%s is %v, want %v", name, line[name], want)
				}
			}
			if hash, _ := line["openIdHash"].(string); hash == "" || line["userId"] == nil {
				t.Errorf("who: %v", line)
			}
			if strings.Contains(w.log.String(), alice.token) {
				t.Error("the token is in the log")
			}
		})
	}
}

// A request that is two events loses none of them.
func TestTwoEventsInOneRequest(t *testing.T) {
	w := newWorld(t)
	temporary := login.NewPassword(password)
	temporary.TemporaryUntil = time.Now().Add(time.Hour)
	if err := w.store.AddUser(t.Context(), login.User{ID: "u2", Username: "new", Apps: map[string]login.UserApp{}}, temporary); err != nil {
		t.Fatal(err)
	}
	a := w.invoke(t.Context(), apigw.Bind, post("application/json",
		`{"code":"`+w.code("bob")+`","username":"new","password":"`+password+`","newPassword":"another horse"}`))
	line := w.lastLine()
	if want := []any{"bind", "password_change"}; len(w.lines()) != 1 || line["event"] != "bind" || !reflect.DeepEqual(line["events"], want) {
		t.Errorf("%s is logged as %v", a.text, w.lines())
	}
}

// A request that only reads is not an event.
func TestLooksAreNotAudited(t *testing.T) {
	w := newWorld(t)
	v := w.login("alice")
	w.log.Reset()
	v.ask(apigw.UserInfo, get(""))
	v.ask(apigw.Sessions, get(""))
	v.ask(apigw.RevokeSession, withID("nobody's"))
	v.ask(apigw.Unbind, post("", ""))
	w.invoke(t.Context(), apigw.Introspect, introspection(v.token))
	w.invoke(t.Context(), apigw.CheckBind, get("code="+w.code("bob")))
	if lines := w.events(); len(lines) != 0 {
		t.Errorf("got %v", lines)
	}
}
