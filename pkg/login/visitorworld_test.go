package login_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// token logs in with a code and gives the token.
func (w *world) token(code string) login.Hidden {
	w.Helper()
	return w.checked(code).Login.Token
}

// checked is what a checkBind that succeeds gives.
func (w *world) checked(code string) login.Checked {
	w.Helper()
	checked, err := w.check(code)
	if err != nil {
		w.Fatal(err)
	}
	return checked
}

// visit verifies a token that lives.
func (w *world) visit(token login.Hidden) login.Visitor {
	w.Helper()
	v, err := w.Verify(w.Context(), token)
	if err != nil {
		w.Fatal(err)
	}
	return v
}

// refused demands that a token is refused for a reason.
func (w *world) refused(token login.Hidden, why login.Code) {
	w.Helper()
	if _, err := w.Verify(w.Context(), token); !errors.Is(err, why) {
		w.Errorf("verified with %v, want %v", err, why)
	}
}

// events gives what do notes in its trail.
func events(t *testing.T, do func(context.Context)) []login.Event {
	trail := &login.Trail{}
	do(login.WithTrail(t.Context(), trail))
	return trail.Events
}

// otherApp is the same person in the other mini-program.
var otherApp = login.Caller{AppID: "wxtwo", Address: "192.0.2.1", Device: "iPad"}

func (h *hooked) SessionWithUser(ctx context.Context, user, hash string) (s login.Session, u login.User, err error) {
	_, err = via(h, "SessionWithUser", func() (_ any, err error) {
		s, u, err = h.Memory.SessionWithUser(ctx, user, hash)
		return nil, err
	})
	return s, u, err
}

func (h *hooked) ExtendSession(ctx context.Context, read login.Session, seenAt, idleEnd time.Time) error {
	_, err := via(h, "ExtendSession", func() (any, error) { return nil, h.Memory.ExtendSession(ctx, read, seenAt, idleEnd) })
	return err
}

func (h *hooked) BindingByOpenID(ctx context.Context, app, openID string) (login.Binding, error) {
	return via(h, "BindingByOpenID", func() (login.Binding, error) { return h.Memory.BindingByOpenID(ctx, app, openID) })
}

func (h *hooked) Unbind(ctx context.Context, b login.Binding, keepLast bool) error {
	_, err := via(h, "Unbind", func() (any, error) { return nil, h.Memory.Unbind(ctx, b, keepLast) })
	return err
}

func (h *hooked) LogoutUser(ctx context.Context, id string, notBefore time.Time) error {
	_, err := via(h, "LogoutUser", func() (any, error) { return nil, h.Memory.LogoutUser(ctx, id, notBefore) })
	return err
}

func (h *hooked) DeleteUser(ctx context.Context, u login.User) error {
	_, err := via(h, "DeleteUser", func() (any, error) { return nil, h.Memory.DeleteUser(ctx, u) })
	return err
}
