package login_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

// refusedScene has alice, who is logged in, and gone, who is banned.
type refusedScene struct {
	*world
	alice login.Visitor
	gone  login.Hidden
}

func newRefusedScene(t *testing.T) *refusedScene {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	w.Bound("gone-1", "gone")
	s := &refusedScene{w, w.Visit(w.Token("alice-2")), w.Token("gone-2")}
	if err := w.Admin().Disable(t.Context(), "gone"); err != nil {
		t.Fatal(err)
	}
	w.Pass(time.Minute) // no code can be repeated any more
	return s
}

// Whoever watches over accounts hears of what was refused, and not of what people do every day.
func TestRefusalsAreEvents(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(ctx context.Context, s *refusedScene) error
		want login.Code
		// noted is the event, "" for none.
		noted login.Event
	}{
		"a banned login": {func(ctx context.Context, s *refusedScene) error {
			_, err := s.Check(ctx, phone, "gone-3")
			return err
		}, login.UserDisabled, login.EventLoginDisabled},
		"a banned bind": {func(ctx context.Context, s *refusedScene) error {
			_, err := s.Bind(ctx, phone, login.BindRequest{Code: "alice-9", Username: "gone", Password: password})
			return err
		}, login.UserDisabled, login.EventLoginDisabled},
		"a wrong password for a banned user": {func(ctx context.Context, s *refusedScene) error {
			_, err := s.Bind(ctx, phone, login.BindRequest{Code: "alice-9", Username: "gone", Password: "wrong"})
			return err
		}, login.InvalidCredentials, login.EventWrongPassword},
		"a banned visit": {func(ctx context.Context, s *refusedScene) error {
			_, err := s.Verify(ctx, s.gone)
			return err
		}, login.UserDisabled, ""},
		"an export without a code": {func(ctx context.Context, s *refusedScene) error {
			_, err := s.Export(ctx, phone, s.alice, "")
			return err
		}, login.ReauthRequired, login.EventReauthRequired},
		"a deletion with somebody else's code": {func(ctx context.Context, s *refusedScene) error {
			return s.Delete(ctx, phone, s.alice, "bob-9")
		}, login.ReauthRequired, login.EventReauthRequired},
		"an unbinding by force with a used code": {func(ctx context.Context, s *refusedScene) error {
			return s.Unbind(ctx, phone, s.alice, true, "alice-2")
		}, login.ReauthRequired, login.EventReauthRequired},
		"an unbinding of the last binding": {func(ctx context.Context, s *refusedScene) error {
			return s.Unbind(ctx, phone, s.alice, false, "")
		}, login.LastBinding, ""},
		"an export with what is no code": {func(ctx context.Context, s *refusedScene) error {
			_, err := s.Export(ctx, phone, s.alice, "a b")
			return err
		}, login.CodeInvalid, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newRefusedScene(t)
			var who string
			got := logintest.Events(t, func(ctx context.Context) {
				if err := c.do(ctx, s); !errors.Is(err, c.want) {
					t.Errorf("got %v, want %v", err, c.want)
				}
				who = login.TrailOf(ctx).UserID
			})
			if c.noted == "" && len(got) > 0 || c.noted != "" && !slices.Equal(got, []login.Event{c.noted}) {
				t.Errorf("noted %v, want %q", got, c.noted)
			}
			if c.noted == login.EventLoginDisabled && who != "u-gone" || c.noted == login.EventReauthRequired && who != s.alice.User.ID {
				t.Errorf("it is about %q", who)
			}
		})
	}
}
