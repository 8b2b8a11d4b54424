package admin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/wxbind/wxbind/pkg/login"
)

// importingBindings is an import of bindings under way.
type importingBindings struct {
	*Service
	watcher ImportWatcher
	secret  *login.Secret
	// first has the line that brought each identity so far, by the identity's hash.
	first map[[16]byte]uint32
	batch []bindee
	done  Imported
}

// bindee is a row on its way into the store.
type bindee struct {
	row BindingRow
	// username is the row's, folded.
	username string
	// present says that the binding stands already.
	present bool
	// bad says what is wrong with the row; nil if nothing is.
	bad error
}

// read checks what can be checked of a row alone.
func (i *importingBindings) read(row BindingRow) bindee {
	b := bindee{row: row}
	_, known := i.secret.Apps[row.AppID]
	switch {
	case !known:
		b.bad = fmt.Errorf("%w: %q", ErrAppUnknown, row.AppID)
	case row.OpenID == "" || !login.ValidOpenID(row.OpenID):
		b.bad = ErrOpenIDInvalid
	case !login.ValidOpenID(row.UnionID):
		b.bad = ErrUnionIDInvalid
	case row.Username == "" && row.UserID == "":
		b.bad = ErrNoUserNamed
	case len(row.UserID) > login.MaxUserID:
		b.bad = login.ErrUserNotFound
	case row.Username != "":
		b.username, b.bad = i.Username(row.Username)
	}
	if b.bad == nil {
		identity := [16]byte(sum(row.AppID + "#" + row.OpenID))
		if line, repeated := i.first[identity]; repeated {
			b.bad = fmt.Errorf("%w, on line %d", ErrOpenIDRepeated, line)
		} else {
			i.first[identity] = uint32(row.Line) //nolint:gosec // a line is a byte at least
		}
	}
	return b
}

// store stores the batch and reports what became of it.
func (i *importingBindings) store(ctx context.Context) error {
	if err := i.findUsers(ctx); err != nil {
		return err
	}
	var bindings []login.Binding
	var of []*bindee
	for at := range i.batch {
		if b := &i.batch[at]; b.bad == nil {
			bindings, of = append(bindings, i.bindingOf(b.row)), append(of, b)
		}
	}
	if len(bindings) > 0 {
		taken, err := i.Store.AddBindings(ctx, bindings)
		if err != nil {
			return err
		}
		if err := i.judge(ctx, of, taken); err != nil {
			return err
		}
	}
	i.report()
	return nil
}

// findUsers finds the users of the rows that name them by a username.
func (i *importingBindings) findUsers(ctx context.Context) error {
	var names []string
	for _, b := range i.batch {
		if b.bad == nil && b.username != "" {
			names = append(names, b.username)
		}
	}
	if len(names) == 0 {
		return nil
	}
	ids, err := i.Store.UserIDsByName(ctx, names)
	if err != nil {
		return err
	}
	for at := range i.batch {
		b := &i.batch[at]
		if b.bad != nil || b.username == "" {
			continue
		}
		id, known := ids[b.username]
		switch {
		case !known:
			b.bad = login.ErrUserNotFound
		case b.row.UserID != "" && b.row.UserID != id:
			b.bad = ErrOtherUser
		}
		b.row.UserID = id
	}
	return nil
}

// bindingOf makes the binding of a row. It has no session_key before the next login.
func (i *importingBindings) bindingOf(row BindingRow) login.Binding {
	now := login.Clock(i.Now)
	past := func(at, otherwise time.Time) time.Time {
		if at.IsZero() || at.After(now) {
			return otherwise
		}
		return at
	}
	b := login.Binding{
		ID: login.NewID(), AppID: row.AppID, OpenID: row.OpenID, UnionID: row.UnionID, UserID: row.UserID,
		Index: i.secret.IdentityIndex(row.AppID, row.OpenID), BoundAt: past(row.BoundAt, now),
	}
	b.LastLoginAt = past(row.LastLoginAt, b.BoundAt)
	if row.UnionID != "" {
		b.Union = i.secret.Index("union", row.UnionID)
	}
	return b
}

// judge says what became of rows, and who is in their way.
func (i *importingBindings) judge(ctx context.Context, rows []*bindee, taken []login.Taken) error {
	asking, ctx := errgroup.WithContext(ctx)
	asking.SetLimit(importedAtOnce)
	for at, t := range taken {
		b := rows[at]
		switch {
		case t.Cause == nil:
		case errors.Is(t.Cause, login.ErrAlreadyBound):
			b.present = true
		case t.By == "":
			b.bad = t.Cause
		default:
			asking.Go(func() error {
				u, err := i.Store.UserByID(ctx, t.By)
				switch {
				case errors.Is(err, login.ErrUserNotFound): // they have gone just now
					b.bad = t.Cause
				case err != nil:
					return err
				default:
					b.bad = &InTheWayError{User: u, OpenID: u.Apps[b.row.AppID].OpenID, cause: t.Cause}
				}
				return nil
			})
		}
	}
	return asking.Wait()
}

// report counts the rows of the batch, tells the watcher and clears the batch.
func (i *importingBindings) report() {
	for _, b := range i.batch {
		switch {
		case b.bad != nil:
			i.done.Bad++
			i.watcher.Bad(&BadRow{Line: b.row.Line, OpenID: b.row.OpenID, Cause: b.bad})
		case b.present:
			i.done.Present++
		default:
			i.done.Added++
		}
	}
	i.batch = i.batch[:0]
	i.watcher.Progress(i.done)
}
