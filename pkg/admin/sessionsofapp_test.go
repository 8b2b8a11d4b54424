package admin_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

func TestRevokeAppSessions(t *testing.T) {
	w := newWorld(t)
	_, one, two := w.both()
	var others []login.Hidden
	for i := range 120 { // more than a page
		name := fmt.Sprintf("u%d", i)
		w.Bound(name+"-1", name)
		others = append(others, w.Token(name+"-2"))
	}
	a := w.Admin()
	a.Now = func() time.Time { return w.Clock().AddDate(1, 0, 0) } // this machine's clock is fast
	var done admin.AppSessions
	walked := 0
	end := func() (noted []login.Event) {
		return logintest.Events(t, func(ctx context.Context) {
			var err error
			if done, err = a.RevokeAppSessions(ctx, appID, func(n int) { walked = n }); err != nil {
				t.Fatal(err)
			}
		})
	}
	if noted := end(); done != (admin.AppSessions{Ended: 242, Users: 121}) || walked != 121 || !slices.Equal(noted, []login.Event{login.EventAppLogout}) {
		t.Errorf("ended %+v of %d, noted %v", done, walked, noted)
	}
	w.Visit(two)
	for _, token := range append(others, one) {
		w.Refused(token, login.SessionRevoked)
	}
	if noted := end(); done != (admin.AppSessions{}) || noted != nil {
		t.Errorf("once more: %+v, noted %v", done, noted)
	}
	if checked := w.Checked("u0-3"); checked.Login == nil {
		t.Error("whoever is bound is not let in again")
	}
}

func TestRevokeAppSessionsGoesOnWhereItStopped(t *testing.T) {
	w := newWorld(t)
	for i := range 40 {
		w.Bound(fmt.Sprintf("u%d-1", i), fmt.Sprintf("u%d", i))
	}
	w.DB.Do(func(op string) error {
		if op == "EndSession" && w.DB.Called("EndSession") {
			return login.Unavailable(errors.New("down"))
		}
		return nil
	})
	first, err := w.Admin().RevokeAppSessions(t.Context(), appID, nil)
	if !errors.Is(err, login.StoreUnavailable) {
		t.Fatalf("%+v, %v", first, err)
	}
	w.DB.Do(nil)
	second, err := w.Admin().RevokeAppSessions(t.Context(), appID, nil)
	if err != nil || first.Ended+second.Ended != 40 {
		t.Errorf("%+v and then %+v, %v", first, second, err)
	}
}

func TestRevokeSessionsIn(t *testing.T) {
	w := newWorld(t)
	_, one, two := w.both()
	noted := logintest.Events(t, func(ctx context.Context) {
		if n, err := w.Admin().RevokeSessionsIn(ctx, "Alice", "wxtwo"); n != 1 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	})
	w.Visit(one)
	w.Refused(two, login.SessionRevoked)
	if !slices.Equal(noted, []login.Event{login.EventSessionRevoke}) {
		t.Errorf("noted %v", noted)
	}
	if n, err := w.Admin().RevokeSessionsIn(t.Context(), "alice", "wxthree"); n != 0 || err != nil {
		t.Errorf("where she is not bound: %d, %v", n, err)
	}
}
