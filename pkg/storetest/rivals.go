package storetest

import (
	"errors"

	"github.com/wxbind/wxbind/pkg/login"
)

// rivals is how many do the same thing at the same time.
const rivals = 50

// race runs do n times concurrently and returns the errors.
func (t *trial) race(n int, do func(i int) error) []error {
	start, done, errs := make(chan struct{}), make(chan struct{}), make([]error, n)
	for i := range n {
		go func() {
			defer func() { done <- struct{}{} }()
			<-start
			errs[i] = do(i)
		}()
	}
	close(start)
	for range n {
		<-done
	}
	return errs
}

// together runs do n times concurrently; none may fail.
func (t *trial) together(n int, do func(i int) error) {
	t.Helper()
	for i, err := range t.race(n, do) {
		if err != nil {
			t.Fatalf("call %d: %v", i, err)
		}
	}
}

// one fails the test unless exactly one call succeeded and all others failed with the losers' error. It returns the
// winner.
func (t *trial) one(losers error, errs []error) (winner int) {
	t.Helper()
	winner = -1
	for i, err := range errs {
		switch {
		case err == nil && winner < 0:
			winner = i
		case err == nil:
			t.Fatalf("calls %d and %d both succeeded", winner, i)
		case !errors.Is(err, losers):
			t.Fatalf("call %d: error is %v, want %v", i, err, losers)
		}
	}
	if winner < 0 {
		t.Fatal("no call succeeded")
	}
	return winner
}

// oneIsBound runs binds concurrently that alike makes contradict each other. The losers must get the error and leave
// nothing.
func (t *trial) oneIsBound(losers error, alike func(b *login.Binding)) {
	t.Helper()
	var claims, got [rivals]login.Binding
	var sessions [rivals]login.Session
	for i := range claims {
		claims[i] = t.newBinding(t.user(), app)
		alike(&claims[i])
		sessions[i] = t.newSession(claims[i])
	}
	winner := t.one(losers, t.race(rivals, func(i int) (err error) {
		got[i], err = t.Bind(t.ctx, claims[i], sessions[i])
		return err
	}))
	for i, b := range claims {
		if i == winner {
			if !t.stands(b) || t.dead(sessions[i]) != "" {
				t.Fatal("the winner is not bound, or its session is dead")
			}
			continue
		}
		t.unstored(sessions[i])
		t.unbound(b)
		if errors.Is(losers, login.ErrAlreadyBound) {
			same(t, got[i], claims[winner])
		}
	}
}

// unbindAndBinds races an unbind against a bind that would make the same binding again and two that contradict both.
func unbindAndBinds(t *trial) {
	u, b, _ := t.bound()
	again, otherUser, otherOpenID := t.newBinding(u, app), t.newBinding(t.user(), app), t.newBinding(u, app)
	again.OpenID, otherUser.OpenID = b.OpenID, b.OpenID
	binds := []login.Binding{again, otherUser, otherOpenID}
	sessions := []login.Session{t.newSession(again), t.newSession(otherUser), t.newSession(otherOpenID)}
	errs := t.race(len(binds)+1, func(i int) error {
		if i == len(binds) {
			return t.Unbind(t.ctx, b, false)
		}
		_, err := t.Bind(t.ctx, binds[i], sessions[i])
		return err
	})
	t.must(errs[len(binds)])
	t.unbound(b)
	t.inStep(binds...)
	for i, bind := range binds {
		if errs[i] == nil {
			if !t.stands(bind) || t.dead(sessions[i]) != "" {
				t.Fatalf("bind %d succeeded, but is not there", i)
			}
			continue
		}
		if !errors.Is(errs[i], login.ErrAlreadyBound) && !errors.Is(errs[i], login.IdentityBound) && !errors.Is(errs[i], login.UserBound) {
			t.Fatalf("bind %d: %v", i, errs[i])
		}
		t.unstored(sessions[i])
		t.unbound(bind)
	}
}
