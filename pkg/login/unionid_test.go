package login_test

import (
	"context"
	"slices"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

// WeChat gives another unionid, because the mini-program has moved to another Open Platform account. The user is found by both.
func TestUnionIDThatChanges(t *testing.T) {
	w := linkedWorld(t, login.Policy{})
	u := w.Bound("alice-1", "alice")
	w.WeChatDouble.UnionID = "union-new"
	if checked, err := w.Check(t.Context(), otherApp, "alice-2"); err != nil || checked.Login != nil {
		t.Fatalf("a unionid that nobody has: %+v, %v", checked, err)
	}
	w.Visit(w.Token("alice-3"))
	checked, err := w.Check(t.Context(), otherApp, "alice-4")
	if err != nil || checked.Login == nil || !checked.Login.Linked || checked.Login.User.ID != u.ID {
		t.Fatalf("after her next login: %+v, %v", checked, err)
	}
	if now, err := w.DB.UserByID(t.Context(), u.ID); err != nil || len(now.Unions) != 2 {
		t.Errorf("found by %d, %v", len(now.Unions), err)
	}
}

// A process dies before it has noted the unionid, or the store refuses. The next login tries again.
func TestUnionIDIsNotedByTheNextLogin(t *testing.T) {
	w := linkedWorld(t, login.Policy{})
	u := w.AddUser("alice")
	w.DB.Do(logintest.Failing("NoteUnion"))
	if _, err := w.BindUser("alice-1", "alice", password); err != nil {
		t.Fatalf("the login fails with it: %v", err)
	}
	w.DB.Do(nil)
	if checked, err := w.Check(t.Context(), otherApp, "alice-2"); err != nil || checked.Login != nil {
		t.Fatalf("it is noted: %+v, %v", checked, err)
	}
	w.Token("alice-3")
	if checked, err := w.Check(t.Context(), otherApp, "alice-4"); err != nil || checked.Login == nil || checked.Login.User.ID != u.ID {
		t.Errorf("%+v, %v", checked, err)
	}
	w.DB.Forget()
	w.Token("alice-5")
	if w.DB.Called("NoteUnion") {
		t.Error("it is noted again")
	}
}

func TestTwoUsersWithOneUnionIDAreAuditedOnce(t *testing.T) {
	w := linkedWorld(t, login.Policy{})
	w.Bound("alice-1", "alice")
	w.AddUser("bob")
	var all []login.Event
	all = append(all, logintest.Events(t, func(ctx context.Context) {
		if _, err := w.Bind(ctx, otherApp, login.BindRequest{Code: "alice-2", Username: "bob", Password: password}); err != nil {
			t.Error(err)
		}
	})...)
	for _, code := range []string{"alice-3", "alice-4"} {
		all = append(all, logintest.Events(t, func(ctx context.Context) {
			if _, err := w.Check(ctx, otherApp, code); err != nil {
				t.Error(err)
			}
		})...)
	}
	if want := []login.Event{login.EventBind, login.EventUnionConflict, login.EventLogin, login.EventLogin}; !slices.Equal(all, want) {
		t.Errorf("got %v, want %v", all, want)
	}
}
