package login

import (
	"context"
	"errors"
	"slices"
	"time"
)

// Remove deletes a user and everything that names them. It takes a second: see removal. If it fails it
// can be repeated until the user is gone.
//
// Errors: ErrUserNotFound; StoreUnavailable when the context ends; and what the store answers.
func Remove(ctx context.Context, store Store, user User) error {
	return removal{store: store}.remove(ctx, user)
}

// removal deletes a user. A login that is under way must not bring the user back:
//
//   - A bind is a transaction that needs the user. Either it comes before DeleteUser, which then finds
//     that Apps have changed, or it fails. A bind may create a directory's user: see departure.go.
//   - A login stores its session while it reads the user. If that read finds nobody, the login forgets
//     the session. If the read came before DeleteUser and the session is stored within inFlight of it,
//     the last sweep finds the session. If storing took longer, the login reads the user once more: see
//     Service.enter.
type removal struct {
	store Store
	// spares picks the sessions that stay until the user is gone; nil means none.
	spares func(Session) bool
	// still says of a user who has changed meanwhile whether they are to be removed all the same; nil means yes.
	still func(User) bool
}

// errSpared says that the user has changed, and is not to be removed any more.
var errSpared = errors.New("the user is not to be removed any more")

const (
	// inFlight is how long a login may take to store its session and read the user, before it must read
	// the user again.
	inFlight = time.Second
	// sweptAtOnce bounds how many sessions a sweep removes at the same time.
	sweptAtOnce = 10
)

// remove deletes the user, notes the event as soon as that is done, and then removes the sessions. Sessions
// that are left after that are removed when somebody comes with the token of one: see Service.Verify.
//
// Errors: those of Remove; errSpared.
func (r removal) remove(ctx context.Context, user User) error {
	if err := r.sweep(ctx, user.ID, r.spares); err != nil {
		return err
	}
	for {
		err := r.store.DeleteUser(ctx, user)
		if err == nil {
			break
		}
		if !errors.Is(err, ErrUserChanged) {
			return err
		}
		if user, err = r.store.UserByID(ctx, user.ID); err != nil {
			return err
		}
		if r.still != nil && !r.still(user) {
			return errSpared
		}
	}
	trail := TrailOf(ctx)
	trail.UserID = user.ID
	trail.Note(EventDelete)
	if err := r.sweep(ctx, user.ID, nil); err != nil {
		return err
	}
	if err := pause(ctx, inFlight); err != nil {
		return Unavailable(err)
	}
	return r.sweep(ctx, user.ID, nil)
}

// sweep removes the sessions of a user, except those that are spared.
func (r removal) sweep(ctx context.Context, userID string, spares func(Session) bool) error {
	sessions, err := r.store.SessionsOfUser(ctx, userID)
	if err != nil {
		return err
	}
	if spares != nil {
		sessions = slices.DeleteFunc(sessions, spares)
	}
	for some := range slices.Chunk(sessions, sweptAtOnce) {
		var steps []func() error
		for _, s := range some {
			steps = append(steps, func() error { return r.store.ForgetSession(ctx, userID, s.TokenHash) })
		}
		if err := together(steps...); err != nil {
			return err
		}
	}
	return nil
}

// bindingsOf reads the bindings of a user, the oldest first. One that was removed meanwhile is left out.
func bindingsOf(ctx context.Context, bindings Bindings, user User) ([]Binding, error) {
	found := make([]Binding, 0, len(user.Apps))
	var steps []func() error
	for appID, app := range user.Apps {
		found = append(found, Binding{})
		into := &found[len(found)-1]
		steps = append(steps, func() error {
			b, err := bindings.BindingByOpenID(ctx, appID, app.OpenID)
			if err == nil && b.UserID == user.ID {
				*into = b
			}
			if errors.Is(err, ErrBindingNotFound) {
				return nil
			}
			return err
		})
	}
	if err := together(steps...); err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(b Binding) bool { return b.ID == "" })
	slices.SortFunc(found, func(a, b Binding) int { return a.BoundAt.Compare(b.BoundAt) })
	return found, nil
}
