package login_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
)

// tornRead reads a user as they were before their password was changed, or after.
type tornRead struct{ login.Store }

func (s tornRead) UserWithPassword(ctx context.Context, id string) (login.User, login.Password, error) {
	u, p, err := s.Store.UserWithPassword(ctx, id)
	u.PasswordID = "another"
	return u, p, err
}

func TestPasswordThatIsNotTheUsersAnyMoreBindsNobody(t *testing.T) {
	w := newWorld(t)
	w.AddUser("alice")
	c := w.Config
	c.Store = tornRead{w.DB}
	torn := login.New(c)
	for range 20 { // it is no guess
		request := login.BindRequest{Code: login.NewID() + "-1", Username: "alice", Password: password}
		if _, err := torn.Bind(t.Context(), phone, request); !errors.Is(err, login.SessionRevoked) {
			t.Fatalf("the right one: %v", err)
		}
	}
	request := login.BindRequest{Code: "alice-2", Username: "alice", Password: "wrong"}
	if _, err := torn.Bind(t.Context(), phone, request); !errors.Is(err, login.InvalidCredentials) {
		t.Errorf("a wrong one: %v", err)
	}
	if _, err := w.BindUser("alice-3", "alice", password); err != nil {
		t.Errorf("read whole: %v", err)
	}
}

// What is asked of the store tells nobody whether there is such a user.
func TestUnknownUserCostsTheSameReads(t *testing.T) {
	asked := func(username string) []string {
		w := newWorld(t)
		w.AddUser("alice")
		w.DB.Forget()
		if _, err := w.BindUser("mallory-1", username, "wrong"); !errors.Is(err, login.InvalidCredentials) {
			t.Fatal(err)
		}
		return slices.Sorted(slices.Values(w.DB.Calls))
	}
	known, unknown := asked("alice"), asked("nobody")
	if !slices.Equal(known, unknown) || !slices.Contains(known, "UserWithPassword") {
		t.Errorf("known: %v; unknown: %v", known, unknown)
	}
}
