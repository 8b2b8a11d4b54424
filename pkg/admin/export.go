package admin

import (
	"context"
	"errors"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/wxbind/wxbind/pkg/login"
)

// Exported is a user with what another store needs of them: no session, no session_key.
type Exported struct {
	User login.User
	// Password is zero for who has none here.
	Password login.Password
	// Directory says that the platform's directory keeps the user.
	Directory bool
	// Bindings are in the order of their mini-programs. One whose unionid leads to another user has none here, so that the import
	// need not choose between the two.
	Bindings []login.Binding
}

// exportTries is how often a user is read whose password changes at the same time.
const exportTries = 3

// Export writes every user, in an order that means nothing. It reads up to 16 users at the same time, and keeps no more than a
// page of them. Each user is as they were at some moment of the export; who comes or goes meanwhile may be left out.
//
// progress is as in Walk. Errors: those of write.
func (s *Service) Export(ctx context.Context, write func(Exported) error, progress func(written int)) error {
	written := 0
	var page []login.User
	flush := func() error {
		found := make([]*Exported, len(page))
		reading, ctx := errgroup.WithContext(ctx)
		reading.SetLimit(walkedAtOnce)
		for i, u := range page {
			reading.Go(func() (err error) {
				found[i], err = s.exported(ctx, u.ID)
				return err
			})
		}
		if err := reading.Wait(); err != nil {
			return err
		}
		for _, e := range found {
			if e == nil {
				continue
			}
			if err := write(*e); err != nil {
				return err
			}
			written++
		}
		page = page[:0]
		progress(written)
		return nil
	}
	for u, err := range s.All(ctx) {
		if err != nil {
			return err
		}
		if page = append(page, u); len(page) == listPage {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// exported reads a user with the password and the bindings; nil for one who has gone.
func (s *Service) exported(ctx context.Context, id string) (*Exported, error) {
	for range exportTries {
		u, p, err := s.Store.UserWithPassword(ctx, id)
		switch {
		case errors.Is(err, login.ErrUserNotFound):
			return nil, nil //nolint:nilnil // they have gone
		case err != nil:
			return nil, err
		case u.PasswordID != p.ID: // of two moments
			continue
		}
		e := &Exported{User: u, Password: p, Directory: u.PasswordID == "" && (u.Username != "" || u.RegisteredIn == "")}
		e.Bindings, err = s.exportedBindings(ctx, u)
		return e, err
	}
	return nil, login.Unavailable(errors.New("a user's password kept changing"))
}

func (s *Service) exportedBindings(ctx context.Context, u login.User) (all []login.Binding, err error) {
	for _, appID := range sortedApps(u) {
		b, err := s.Store.BindingByOpenID(ctx, appID, u.Apps[appID].OpenID)
		switch {
		case errors.Is(err, login.ErrBindingNotFound), err == nil && b.UserID != u.ID:
			continue // it was removed meanwhile
		case err != nil:
			return nil, err
		case b.Union != "" && !slices.Contains(u.Unions, b.Union):
			b.UnionID = ""
		}
		all = append(all, b)
	}
	return all, nil
}

func sortedApps(u login.User) []string {
	apps := make([]string, 0, len(u.Apps))
	for appID := range u.Apps {
		apps = append(apps, appID)
	}
	slices.Sort(apps)
	return apps
}
