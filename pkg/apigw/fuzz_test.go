package apigw_test

import (
	"encoding/json"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"

	cases "github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/origin"
	"github.com/wxbind/wxbind/pkg/storetest"
)

// Whatever Lambda passes in, every route answers in the envelope.
func FuzzInvoke(f *testing.F) {
	for _, c := range cases.Cases() {
		event, err := c.Event()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(event)
	}
	f.Add([]byte(`{"version":"2.0"}`))
	store := &storetest.Memory{}
	service := login.New(configOn(store))
	finder := &origin.Finder{Logger: slog.New(slog.DiscardHandler)}
	f.Fuzz(func(t *testing.T, payload []byte) {
		for _, route := range apigw.Routes() {
			out, err := apigw.New(apigw.Config{Service: service, Log: discarded(), Origin: finder}, route).Invoke(t.Context(), payload)
			var response events.APIGatewayV2HTTPResponse
			if err != nil || json.Unmarshal(out, &response) != nil {
				t.Fatalf("%s: %v", route.Path, err)
			}
			var body struct {
				Code  *int
				Error login.Code
			}
			if route.Guard() == apigw.GuardService && response.StatusCode == 200 {
				continue // RFC 7662 has its own envelope
			}
			if err := json.Unmarshal([]byte(response.Body), &body); err != nil || body.Code == nil || !utf8.ValidString(response.Body) {
				t.Fatalf("%s: no envelope: %v", route.Path, err)
			}
			if response.StatusCode == 500 {
				t.Fatalf("%s: %s", route.Path, response.Body)
			}
			if *body.Code == 0 && body.Error.Message("") == "" {
				t.Fatalf("%s: an error without a meaning: %s", route.Path, body.Error)
			}
		}
	})
}

// Whatever the headers hold, only the token of a live session lets anybody in, and
// the routes and the authorizer agree.
func FuzzTokenInHeaders(f *testing.F) {
	for _, authorization := range []string{
		"", "Bearer", "Bearer ", "bearer  TOKEN", "Bearer TOKEN", "Bearer TOKEN,Bearer TOKEN", "Bearer TOKEN ", "Bearer\tTOKEN",
		"Basic TOKEN", "TOKEN", "Bearer TOKENx", "Bearer wxb_", "Bearer wxb_.", "Bearer \x00\xff", "Bearer wxb_dTE.TOKEN",
	} {
		f.Add(authorization, "TOKEN")
		f.Add(authorization, "")
		f.Add("", authorization)
	}
	store := &storetest.Memory{}
	service := login.New(configOn(store))
	u := login.User{ID: "u1", Username: "demo", Apps: map[string]login.UserApp{}}
	if err := store.AddUser(f.Context(), u, login.NewPassword(password)); err != nil {
		f.Fatal(err)
	}
	opened, err := service.Bind(f.Context(), login.Caller{}, login.BindRequest{Code: "c", Username: "demo", Password: password})
	if err != nil {
		f.Fatal(err)
	}
	token := string(opened.Token)
	finder := &origin.Finder{Logger: slog.New(slog.DiscardHandler)}
	handler := apigw.New(apigw.Config{Service: service, Log: discarded(), Origin: finder}, apigw.UserInfo)
	authorizer := apigw.NewAuthorizer(apigw.AuthorizerConfig{Verifier: login.Verifier{Presence: store}, Log: discarded(), Origin: finder})
	f.Fuzz(func(t *testing.T, authorization, xToken string) {
		headers := map[string]string{
			"authorization": strings.ReplaceAll(authorization, "TOKEN", token), "x-token": strings.ReplaceAll(xToken, "TOKEN", token),
		}
		out, err := handler.Invoke(t.Context(), []byte(asJSON(t, withHeaders(get(""), headers))))
		var response events.APIGatewayV2HTTPResponse
		if err != nil || json.Unmarshal(out, &response) != nil {
			t.Fatal(err)
		}
		out, err = authorizer.Invoke(t.Context(), []byte(asJSON(t, authorizerEvent(headers))))
		var verdict events.APIGatewayV2CustomAuthorizerSimpleResponse
		if err != nil || json.Unmarshal(out, &verdict) != nil {
			t.Fatal(err)
		}
		scheme, rest, _ := strings.Cut(strings.TrimSpace(headers["authorization"]), " ")
		want := strings.TrimSpace(headers["x-token"]) == token
		if strings.EqualFold(scheme, "bearer") {
			want = strings.TrimSpace(rest) == token
		}
		status := map[bool]int{true: 200, false: 401}[want]
		if response.StatusCode != status || verdict.IsAuthorized != want {
			t.Errorf("got %d %s, authorized: %v; want %d", response.StatusCode, response.Body, verdict.IsAuthorized, status)
		}
	})
}

// Whatever the header holds, only the service is let in, and nothing breaks.
func FuzzServiceCredential(f *testing.F) {
	for _, credential := range []string{"", ":", "orders", "orders:", "orders:%", "orders:%zz", "orders:" + serviceKey, "%6Frders:" + url.QueryEscape(serviceKey), "\xff:\x00"} {
		f.Add(credential)
	}
	finder := &origin.Finder{Logger: slog.New(slog.DiscardHandler)}
	handler := apigw.New(apigw.Config{Service: login.New(configOn(&storetest.Memory{})), Log: discarded(), Origin: finder}, apigw.Introspect)
	f.Fuzz(func(t *testing.T, credential string) {
		id, key, _ := strings.Cut(credential, ":")
		out, err := handler.Invoke(t.Context(), []byte(asJSON(t, withHeaders(introspection("x"), basic(id, key)))))
		var response events.APIGatewayV2HTTPResponse
		if err != nil || json.Unmarshal(out, &response) != nil {
			t.Fatal(err)
		}
		plainID, _ := url.PathUnescape(id)
		plainKey, _ := url.PathUnescape(key)
		want := map[bool]int{true: 200, false: 401}[plainID == serviceID && plainKey == serviceKey]
		if response.StatusCode != want {
			t.Errorf("got %d %s, want %d", response.StatusCode, response.Body, want)
		}
	})
}
