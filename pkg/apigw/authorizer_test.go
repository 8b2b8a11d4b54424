package apigw_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
)

// authorizerEvent is the event that an authorizer gets from API Gateway.
func authorizerEvent(headers map[string]string) events.APIGatewayV2CustomAuthorizerV2Request {
	return events.APIGatewayV2CustomAuthorizerV2Request{
		Version: "2.0", Type: "REQUEST", RouteKey: apigw.WhoAmI.Key(), RawPath: apigw.WhoAmI.Path, Headers: headers,
		RequestContext: events.APIGatewayV2HTTPRequestContext{RequestID: "JKJaXmPLvHcESHA="},
	}
}

// authorizer returns an authorizer on a store.
func (w *world) authorizer(presence login.Presence) *apigw.Authorizer {
	return apigw.NewAuthorizer(apigw.AuthorizerConfig{
		Verifier: login.Verifier{Presence: presence, Now: w.now}, Log: w.requestLog(), Origin: w.origin,
	})
}

func (w *world) authorize(headers map[string]string) (a events.APIGatewayV2CustomAuthorizerSimpleResponse) {
	w.Helper()
	out, err := w.authorizer(w.store).Invoke(w.Context(), []byte(asJSON(w.T, authorizerEvent(headers))))
	if err != nil {
		w.Fatal(err)
	}
	if err := json.Unmarshal(out, &a); err != nil {
		w.Fatal(err)
	}
	return a
}

func TestAuthorizerSaysWhoItIs(t *testing.T) {
	w := newWorld(t)
	if err := w.store.AddUser(t.Context(), login.User{
		ID: "u2", Username: "staff", Roles: []string{"admin", "staff"}, Apps: map[string]login.UserApp{},
	}, login.NewPassword(password)); err != nil {
		t.Fatal(err)
	}
	v := w.loginIn(appID, "bob", "staff")
	event := authorizerEvent(map[string]string{"authorization": "Bearer " + v.token})
	// The store takes a millisecond, since less than a microsecond is logged without StoreLatency.
	out, err := w.authorizer(slow{w.store, time.Millisecond}).Invoke(t.Context(), []byte(asJSON(t, event)))
	if err != nil {
		t.Fatal(err)
	}
	want := asJSON(t, map[string]any{"isAuthorized": true, "context": map[string]any{
		"userId": "u2", "appId": appID, "openIdHash": v.session().OpenIDHash, "roles": []string{"admin", "staff"},
	}})
	var got bytes.Buffer
	if err := json.Compact(&got, out); err != nil || !sameJSON(t, got.String(), want) {
		t.Errorf("got %s, want %s", got.String(), want)
	}
	line := w.lastLine()
	if line["route"] != "authorizer" || line["outcome"] != "allowed" || line["userId"] != "u2" || line["requestId"] != "JKJaXmPLvHcESHA=" || line["StoreLatency"] == nil {
		t.Errorf("the log says %v", line)
	}
	// A route behind it finds the same, whether the answer has become JSON on the way or not.
	value, err := w.authorizer(w.store).Authorize(t.Context(), event)
	var read events.APIGatewayV2CustomAuthorizerSimpleResponse
	if err := errors.Join(err, json.Unmarshal(out, &read)); err != nil || !reflect.DeepEqual(value, read) {
		t.Errorf("as a value it says %#v, %v, and read from JSON %#v", value, err, read)
	}
}

func sameJSON(t *testing.T, a, b string) bool {
	t.Helper()
	var x, y any
	if json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
		t.Fatalf("no JSON: %s, %s", a, b)
	}
	return asJSON(t, x) == asJSON(t, y)
}

// A denial says nothing to the client. Its reason is in the log.
func TestAuthorizerDenies(t *testing.T) {
	w := newWorld(t)
	v := w.login("alice")
	v.ask(apigw.Logout, post("", ""))
	out, err := w.authorizer(w.store).Invoke(t.Context(), []byte(asJSON(t, authorizerEvent(map[string]string{"x-token": v.token}))))
	if err != nil || string(out) != `{"isAuthorized":false}` {
		t.Errorf("got %s, %v", out, err)
	}
	if line := w.lastLine(); line["outcome"] != string(login.SessionRevoked) || line["severity"] != "INFO" {
		t.Errorf("the log says %v", line)
	}
}

// absent is a store that does not answer.
type absent struct {
	login.Store
	answer func(context.Context) error
}

func (a absent) SessionWithUser(ctx context.Context, _, _ string) (login.Session, login.User, error) {
	return login.Session{}, login.User{}, a.answer(ctx)
}

// A fault of ours must not look like a dead session: clients would drop good tokens.
func TestAuthorizerFailsWhereItCannotTell(t *testing.T) {
	token := login.NewToken("u1").Text()
	event := func() string { return asJSON(t, authorizerEvent(map[string]string{"x-token": string(token)})) }
	for name, c := range map[string]struct {
		event  string
		answer func(context.Context) error
		want   login.Code
		level  string
	}{
		"the store is down":       {event(), func(context.Context) error { return login.Unavailable(errors.New("out of order")) }, login.StoreUnavailable, "ERROR"},
		"an error without a name": {event(), func(context.Context) error { return errors.New("odd") }, login.Internal, "ERROR"},
		"a panic":                 {event(), func(context.Context) error { panic("MARK-of-a-value") }, login.Internal, "ERROR"},
		"no event":                {`"MARK"`, nil, login.EventMalformed, "ERROR"},
		"payload format 1.0":      {`{"version":"1.0","headers":{"x-token":"MARK"}}`, nil, login.EventMalformed, "ERROR"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			out, err := w.authorizer(absent{answer: c.answer}).Invoke(t.Context(), []byte(c.event))
			if err == nil || out != nil || err.Error() != string(c.want) {
				t.Errorf("got %s, %v; want %s", out, err, c.want)
			}
			if line := w.lastLine(); line["outcome"] != string(c.want) || line["severity"] != c.level {
				t.Errorf("the log says %v", line)
			}
			noMark(t, "the log", w.log.String())
		})
	}
}

func TestAuthorizerLeavesTimeToAnswer(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var given time.Time
	store := absent{answer: func(ctx context.Context) error {
		given, _ = ctx.Deadline()
		return login.ErrSessionNotFound
	}}
	event := asJSON(t, authorizerEvent(map[string]string{"x-token": string(login.NewToken("u1").Text())}))
	if _, err := w.authorizer(store).Invoke(ctx, []byte(event)); err != nil {
		t.Fatal(err)
	}
	deadline, _ := ctx.Deadline()
	if kept := deadline.Sub(given); kept != 250*time.Millisecond {
		t.Errorf("%v are kept for the answer, want 250ms", kept)
	}
}

func TestWhoAmIBelievesTheAuthorizerOnly(t *testing.T) {
	w := newWorld(t)
	v := w.login("alice")
	forged := withHeaders(get("userId=u1"), map[string]string{"authorization": "Bearer " + v.token, "x-user-id": "u1"})
	said := func(context map[string]any) events.APIGatewayV2HTTPRequest {
		e := forged
		e.RequestContext.Authorizer = &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{Lambda: context}
		return e
	}
	for name, e := range map[string]events.APIGatewayV2HTTPRequest{
		"no authorizer": forged, "it says nothing": said(nil), "no user": said(map[string]any{"appId": appID}),
		"an odd user": said(map[string]any{"userId": 7}),
	} {
		if a := w.invoke(t.Context(), apigw.WhoAmI, e); a.status != 401 || a.body["error"] != string(login.SessionInvalid) {
			t.Errorf("%s: got %d %s", name, a.status, a.text)
		}
	}
	allowed := w.authorize(map[string]string{"x-token": v.token})
	a := w.invoke(t.Context(), apigw.WhoAmI, said(allowed.Context))
	if a.done(t, "获取成功"); a.body["userId"] != "u1" || a.body["appId"] != appID || !strings.Contains(a.text, `"roles":[]`) {
		t.Errorf("got %s", a.text)
	}
	a = w.invoke(t.Context(), apigw.WhoAmI, said(map[string]any{"userId": "u2", "roles": []any{"admin", 7}}))
	if !strings.Contains(a.text, `"roles":["admin"]`) {
		t.Errorf("got %s", a.text)
	}
}
