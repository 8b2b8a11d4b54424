package contract_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	lambda "github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"golang.org/x/crypto/bcrypt"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/dynamotest"
	"github.com/wxbind/wxbind/pkg/login"
)

// newWatchedWorld is a world on fresh tables, whose calls the recorder notes.
func newWatchedWorld(t *testing.T, r *recorder, client *dynamodb.Client) *world {
	t.Helper()
	tables := dynamotest.NewTables(t, client)
	w := newWorld(t, dynamostore.New(dynamostore.Config{Client: client, Tables: tables}))
	r.watch(w, tables)
	return w
}

// playLogins plays the lives of the functions that log in, with the users of wxbind or
// those of a directory.
func playLogins(t *testing.T, r *recorder, client *dynamodb.Client, users *directory) {
	t.Helper()
	w := newWatchedWorld(t, r, client)
	addOldUser(t, w)
	if users != nil {
		w.config.Directory = users
	}
	codes := 0
	for _, route := range []apigw.Route{apigw.Bind, apigw.CheckBind, apigw.Code2Session} {
		r.begin(route.Function)
		warmUp(t, w, route.Function)
		for _, request := range life() {
			codes++
			logIn(t, w, route, fmt.Sprintf("alice-%d", codes), request)
		}
		// The last request again.
		logIn(t, w, route, fmt.Sprintf("alice-%d", codes), life()[2])
		if users != nil {
			// Who is not let in any more loses the sessions from before.
			users.disabled = true
			codes++
			logIn(t, w, route, fmt.Sprintf("alice-%d", codes), life()[2])
			users.disabled = false
		}
		r.begin("")
	}
}

// addOldUser makes a user with a role whose password is still hashed as it was before.
func addOldUser(t *testing.T, w *world) {
	t.Helper()
	old, err := bcrypt.GenerateFromPassword([]byte(events.Password), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	w.addUser(t, login.User{ID: "u-old", Username: "old", Name: "Old", PasswordHash: login.Hidden(old), Roles: []string{"clerk"}})
	if err := w.store.PutRole(t.Context(), login.Role{Name: "clerk", Menus: []login.Menu{{ID: "1"}}}); err != nil {
		t.Fatal(err)
	}
}

// life is what happens to a function that logs in, a login each: what a route does not
// read of it does not matter to the route.
func life() []login.BindRequest {
	right := login.BindRequest{Username: "old", Password: events.Password}
	all := []login.BindRequest{
		{Username: "nobody", Password: "wrong"},
		{Username: events.Username, Password: "wrong"},
		right, // replaces the outdated hash
		{Username: events.Username, Password: events.Password},
	}
	// More sessions than a user keeps, living and dead.
	return append(all, slices.Repeat([]login.BindRequest{right}, login.MaxSessions+login.MaxDeadSessions+1)...)
}

func logIn(t *testing.T, w *world, route apigw.Route, code string, r login.BindRequest) {
	t.Helper()
	payload := changed(t, route.Function+"-good", func(e *lambda.APIGatewayV2HTTPRequest) {
		e.RawQueryString = "code=" + code
		e.Body = fmt.Sprintf(`{"code":%q,"username":%q,"password":%q}`, code, r.Username, string(r.Password))
	})
	answer := w.answerTo(t, route, payload)
	if text, _ := bodyOf(t, answer); answer.StatusCode >= 500 {
		t.Errorf("%s: %s", code, text)
	}
}

// warmUp asks what pkg/app asks at the start of a function.
func warmUp(t *testing.T, w *world, function string) {
	t.Helper()
	if slices.Contains([]string{"checkbind", "bind", "code2session", "unbind", "account"}, function) {
		if _, err := w.config.Ephemeral.LoadRecord(t.Context(), "warm"); err == nil {
			t.Error("there is a record that nobody wrote")
		}
		return
	}
	if _, _, err := w.config.Presence.SessionWithUser(t.Context(), "warm", "warm"); err == nil {
		t.Error("there is a session that nobody opened")
	}
}

// visits are the cases that the functions for whoever is logged in are played with.
var visits = []string{
	"userinfo-good", "logout-good", "logout-good-all", "sessions-list-good", "sessions-revoke-good",
	"unbind-good", "unbind-force-good", "unbind-last-binding", "unbind-force-used-code",
	"account-export-good", "account-export-repeated-request", "account-delete-good", "introspect-good", "authorizer-good",
}

// playVisits plays the lives of the functions for whoever is logged in.
func playVisits(t *testing.T, r *recorder, client *dynamodb.Client) {
	t.Helper()
	orphaned := map[string]bool{events.Authorizer: true} // it tidies nothing up
	for _, name := range visits {
		c := caseNamed(t, name)
		playVisit(t, r, newWatchedWorld(t, r, client), c, func(w *world) {
			// The session is a day old, so that its end moves.
			w.config.Now = func() time.Time { return time.Now().Add(24 * time.Hour) }
		})
		if orphaned[c.Function()] {
			continue
		}
		orphaned[c.Function()] = true
		// The user is gone and the session is not: somebody must tidy up.
		playVisit(t, r, newWatchedWorld(t, r, client), c, func(w *world) { w.deleteUser(t) })
	}
	// The user is bound elsewhere while being deleted.
	playVisit(t, r, newWatchedWorld(t, r, client), caseNamed(t, "account-delete-good"), func(w *world) {
		w.config.UserAdmin = &meddled{w.config.UserAdmin, func() {
			r.begin("")
			if err := events.BoundElsewhere.Make(t.Context(), w.store); err != nil {
				t.Error(err)
			}
			r.begin(apigw.DeleteAccount.Function)
		}}
	})
}

func playVisit(t *testing.T, r *recorder, w *world, c events.Case, change func(*world)) {
	t.Helper()
	payload := w.prepare(t, c)
	change(w)
	r.begin(c.Function())
	defer r.begin("")
	warmUp(t, w, c.Function())
	if c.Function() == events.Authorizer {
		if _, err := w.authorize(t, payload); err != nil {
			t.Error(err)
		}
		return
	}
	answer := w.answerTo(t, routeFor(t, c, payload), payload)
	if text, _ := bodyOf(t, answer); answer.StatusCode >= 500 {
		t.Errorf("%s: %s", c.Name, text)
	}
}

// deleteUser removes the user of the events, and leaves the sessions.
func (w *world) deleteUser(t *testing.T) {
	t.Helper()
	u, err := w.store.UserByID(t.Context(), events.UserID)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.store.DeleteUser(t.Context(), u); err != nil {
		t.Fatal(err)
	}
}

// meddled is a store that is changed right before a user is deleted.
type meddled struct {
	login.UserAdmin
	meddle func()
}

func (m *meddled) DeleteUser(ctx context.Context, u login.User) error {
	if m.meddle != nil {
		m.meddle()
		m.meddle = nil
	}
	return m.UserAdmin.DeleteUser(ctx, u)
}

// directory is a platform's own directory, which describes its users anew every time.
type directory struct {
	times    int
	disabled bool
}

func (d *directory) Authenticate(_ context.Context, username string, password login.Hidden) (login.Profile, error) {
	if password != events.Password {
		return login.Profile{}, login.InvalidCredentials
	}
	return d.profile("at-" + username), nil
}

func (d *directory) Profile(_ context.Context, id string) (login.Profile, error) {
	return d.profile(id), nil
}

func (d *directory) profile(id string) login.Profile {
	d.times++
	return login.Profile{ID: id, Username: id, Name: fmt.Sprint("Name ", d.times), Roles: []string{"clerk"}, Disabled: d.disabled}
}
