package login

import (
	"context"
	"errors"
	"iter"
	"slices"
	"unicode/utf8"
)

// User reads a user.
//
// Errors: UsernameInvalid, ErrUserNotFound.
func (a *Accounts) User(ctx context.Context, username string) (User, error) {
	id, err := a.find(ctx, username)
	if err != nil {
		return User{}, err
	}
	return a.Store.UserByID(ctx, id)
}

// Show gives everything that is held about a user.
//
// Errors: UsernameInvalid, ErrUserNotFound.
func (a *Accounts) Show(ctx context.Context, username string) (Export, error) {
	u, err := a.User(ctx, username)
	if err != nil {
		return Export{}, err
	}
	e := Export{User: u}
	err = together(
		func() (err error) { e.Bindings, err = bindingsOf(ctx, a.Store, u); return err },
		func() (err error) { e.Sessions, err = a.Store.SessionsOfUser(ctx, u.ID); return err },
	)
	slices.SortFunc(e.Sessions, func(a, b Session) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return e, err
}

// All lists the users, reading page after page as the caller goes on.
func (a *Accounts) All(ctx context.Context) iter.Seq2[User, error] {
	return func(yield func(User, error) bool) {
		for after := ""; ; {
			page, err := a.Store.ListUsers(ctx, after, listPage)
			if err != nil {
				yield(User{}, err)
				return
			}
			for _, u := range page {
				if !yield(u, nil) {
					return
				}
				after = u.ID
			}
			if len(page) == 0 {
				return
			}
		}
	}
}

// find gives the id of the user with a username or, as for the users of a
// Directory, who claim no username here, with that id, which need not have the
// form of a username.
//
// Errors: UsernameInvalid, ErrUserNotFound.
func (a *Accounts) find(ctx context.Context, username string) (string, error) {
	folded, invalid := a.Username(username)
	if invalid == nil {
		id, err := a.Store.UserIDByName(ctx, folded)
		if !errors.Is(err, ErrUserNotFound) {
			return id, err
		}
	} else if username == "" || len(username) > maxUserID || !utf8.ValidString(username) {
		return "", invalid
	}
	u, err := a.Store.UserByID(ctx, username)
	if errors.Is(err, ErrUserNotFound) && invalid != nil {
		return "", invalid
	}
	return u.ID, err
}
