package login

import (
	"context"
	"errors"
	"slices"
	"time"
)

// Remove takes a user out of a store with everything that names them. It can be
// repeated until the user is gone.
//
// Errors: ErrUserNotFound.
func Remove(ctx context.Context, store Store, user User) error {
	return removal{store}.remove(ctx, user, "")
}

// removal takes a user out of the stores. What keeps a login that is under way
// from bringing the user back is, in turn:
//
//   - a bind is a transaction that needs the user, so it comes before DeleteUser,
//     which then finds that Apps have changed, or it fails; for a directory's user,
//     whom a bind may make, see departure.go;
//   - a session is stored while the user is read. Either that read finds nobody,
//     and the login forgets the session; or it came before DeleteUser, and the
//     session is stored within inFlight of it, to be found by the last sweep; or it
//     took longer, and the login looks for the user once more (see Service.open).
type removal struct{ store Store }

const (
	// inFlight is how long a login may take to store a session beside reading its user.
	inFlight = time.Second
	// sweptAtOnce bounds the writes of a sweep at the same time.
	sweptAtOnce = 10
)

// remove removes the user, and notes it as soon as that is done. A remove that
// broke off can be repeated until the user is gone, for which the session with the
// hash `own` is kept so long; sessions that are then left are removed by who comes
// with their token.
//
// Errors: ErrUserNotFound.
func (r removal) remove(ctx context.Context, user User, own string) error {
	if err := r.sweep(ctx, user.ID, own); err != nil {
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
	}
	trail := TrailOf(ctx)
	trail.UserID = user.ID
	trail.Note(EventDelete)
	if err := r.sweep(ctx, user.ID, ""); err != nil {
		return err
	}
	if err := pause(ctx, inFlight); err != nil {
		return Unavailable(err)
	}
	return r.sweep(ctx, user.ID, "")
}

// sweep removes all sessions of a user but the one with the hash kept.
func (r removal) sweep(ctx context.Context, userID, kept string) error {
	sessions, err := r.store.SessionsOfUser(ctx, userID)
	if err != nil {
		return err
	}
	sessions = slices.DeleteFunc(sessions, func(s Session) bool { return s.TokenHash == kept })
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

// bindingsOf reads the bindings of a user. One that was removed meanwhile is
// not among them.
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
