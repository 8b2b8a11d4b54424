package admin

import (
	"context"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"github.com/wxbind/wxbind/pkg/login"
)

// Users who come from another store, and keep what they have there.

// userOf makes the user of a row, who has no phone number yet.
//
// Errors: those of newUser and checkGiven; ErrIDInvalid.
func (i *importing) userOf(row ImportRow) (u login.User, err error) {
	if err := checkGiven(row); err != nil {
		return u, err
	}
	switch {
	case len(row.ID) > login.MaxUserID || !utf8.ValidString(row.ID) || strings.ContainsFunc(row.ID, unicode.IsControl):
		return u, ErrIDInvalid
	case row.ID != "" && (row.Directory || row.Username == ""):
		// Nobody logs in by such a username here. It need not be one of ours, so it is taken as it is.
		named := row.NewUser
		named.Username = "user"
		if u, err = i.newUser(named); err == nil {
			u.Username, u.Name = row.Username, row.Name
		}
	default:
		u, err = i.newUser(row.NewUser)
	}
	u.Disabled, u.RegisteredIn, u.Avatar = row.Disabled, row.RegisteredIn, row.Avatar
	now := login.Clock(i.Now)
	u.NameGiven, u.AvatarGiven = giveAt(row.NameGiven, now), giveAt(row.AvatarGiven, now)
	if !row.CreatedAt.IsZero() {
		u.CreatedAt = row.CreatedAt
	}
	return u, err
}

// enroll stores the directory's users of the batch, as the directory has described them. Those who are stored already stay.
func (i *importing) enroll(ctx context.Context) error {
	enrolling, ctx := errgroup.WithContext(ctx)
	enrolling.SetLimit(importedAtOnce)
	for at := range i.batch {
		n := &i.batch[at]
		if !n.missing() || !n.directory {
			continue
		}
		enrolling.Go(func() error {
			if err := i.meetID(ctx, n); err != nil || !n.missing() {
				return err
			}
			u := n.user
			p := login.Profile{ID: u.ID, Username: u.Username, Name: u.Name, Avatar: u.Avatar, Roles: u.Roles, RegisteredIn: u.RegisteredIn}
			if _, err := i.Store.EnrollUser(ctx, p, u.CreatedAt, u.Epoch); err != nil || !u.Disabled {
				return err
			}
			return i.Store.DisableUser(ctx, u.ID, login.NewID())
		})
	}
	return enrolling.Wait()
}

// meetID judges the row by the user who has its id, if there is one.
func (i *importing) meetID(ctx context.Context, n *newcomer) error {
	u, err := i.Store.UserByID(ctx, n.user.ID)
	switch {
	case errors.Is(err, login.ErrUserNotFound):
		return nil
	case err != nil:
		return err
	case n.claims() && u.Username != n.user.Username:
		n.bad = login.ErrIDTaken
	default:
		n.present = true
	}
	return nil
}

// claims says whether the row claims a username.
func (n *newcomer) claims() bool { return n.user.Username != "" && !n.directory }

// stored is the row's password as it is stored.
func (n *newcomer) stored() login.Password {
	if n.hash == "" {
		return login.Password{}
	}
	p := login.NewPassword(n.hash)
	p.TemporaryUntil = n.until
	return p
}
