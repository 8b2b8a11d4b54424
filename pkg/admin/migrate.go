package admin

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/wxbind/wxbind/pkg/login"
)

// Migration says what becomes of the users of a mini-program that moves to another AppID. Their openids change; their unionids
// do not, if both mini-programs are under one Open Platform account. Each user who is bound in From is counted by one of
// Present, Ready, NotAccepted, Disabled, NoUnionID and Conflicts.
type Migration struct {
	// Bound counts the users who are bound in From.
	Bound int
	// Present counts those who are bound in To already.
	Present int
	// Ready counts those whom To knows at their first launch, if it links by unionid.
	Ready int
	// NotAccepted counts those who would be Ready if To let in whoever registered where they did; From lists these mini-programs.
	NotAccepted     int
	NotAcceptedFrom []string
	// Disabled counts those who would be Ready if they were not disabled.
	Disabled int
	// NoUnionID counts those whose unionid is not known, and NoWayIn those of them who have neither a username nor a phone number
	// that To trusts: nothing leads them to their account.
	NoUnionID, NoWayIn int
	// Conflicts are the users whose unionid is another user's.
	Conflicts []UnionConflict
	// Noted counts the unionids that have been noted, or of a dry run, that are still to be noted.
	Noted int
}

// UnionConflict is a user whose binding has a unionid by which another user is found.
type UnionConflict struct{ User, Found login.User }

// MigrateBindings says what becomes of the users of from when it moves to to, and makes them be found by the unionids of
// their bindings. With dryRun it notes nothing. It can be repeated; after an error the result is what has been seen so far.
//
// progress is as in Walk.
//
// Errors: ErrNoIndexKey, ErrOtherIndexKey; those of Secret.
func (s *Service) MigrateBindings(ctx context.Context, from string, to login.App, dryRun bool, progress func(walked int)) (Migration, error) {
	secret, err := s.indexes(ctx)
	if err != nil {
		return Migration{}, err
	}
	m := migrating{Service: s, secret: secret, from: from, to: to, dryRun: dryRun, finds: map[string]login.User{}}
	err = s.Walk(ctx, m.user, progress)
	if m.found.Noted > 0 && !dryRun {
		login.TrailOf(ctx).Note(login.EventMigrate)
	}
	slices.Sort(m.found.NotAcceptedFrom)
	slices.SortFunc(m.found.Conflicts, func(a, b UnionConflict) int { return strings.Compare(a.User.ID, b.User.ID) })
	return m.found, err
}

// migrating is a migration under way.
type migrating struct {
	*Service
	secret *login.Secret
	from   string
	to     login.App
	dryRun bool

	mu    sync.Mutex
	found Migration
	// finds has the users whom a dry run would make be found, by the index of their unionid.
	finds map[string]login.User
}

// user counts a user, and notes the unionid of their binding.
func (m *migrating) user(ctx context.Context, u login.User) error {
	app, bound := u.Apps[m.from]
	if !bound {
		return nil
	}
	if _, present := u.Apps[m.to.ID]; present {
		m.count(func(f *Migration) { f.Present++ })
		return nil
	}
	b, err := m.Store.BindingByOpenID(ctx, m.from, app.OpenID)
	if errors.Is(err, login.ErrBindingNotFound) || err == nil && b.ID != app.BindingID {
		return nil // it was removed meanwhile
	}
	if err != nil {
		return err
	}
	if b.UnionID == "" {
		m.count(func(f *Migration) {
			f.NoUnionID++
			if !m.hasWayIn(u) {
				f.NoWayIn++
			}
		})
		return nil
	}
	other, noted, err := m.note(ctx, u, b)
	if errors.Is(err, login.ErrBindingNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	m.count(func(f *Migration) {
		if noted {
			f.Noted++
		}
		switch {
		case other != nil:
			f.Conflicts = append(f.Conflicts, UnionConflict{User: u, Found: *other})
		case u.Disabled:
			f.Disabled++
		case !m.to.Accepts(u):
			f.NotAccepted++
			if !slices.Contains(f.NotAcceptedFrom, u.RegisteredIn) {
				f.NotAcceptedFrom = append(f.NotAcceptedFrom, u.RegisteredIn)
			}
		default:
			f.Ready++
		}
	})
	return nil
}

func (m *migrating) count(one func(*Migration)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.found.Bound++
	one(&m.found)
}

// hasWayIn says whether something else than a unionid leads a user to their account.
func (m *migrating) hasWayIn(u login.User) bool {
	trusted := m.to.Policy.PhoneTrust > 0 && u.Phone.Index != "" && !u.Phone.VerifiedAt.Before(login.Clock(m.Now).Add(-m.to.Policy.PhoneTrust))
	return u.PasswordID != "" || inDirectory(u) || trusted && m.to.Accepts(u)
}

// noteTries is how often a unionid is noted whose other user disappears at the same time.
const noteTries = 3

// note makes a user be known by the unionid of their binding. If another user is found by it, it returns that one.
//
// Errors: ErrBindingNotFound.
func (m *migrating) note(ctx context.Context, u login.User, b login.Binding) (other *login.User, noted bool, err error) {
	index := m.secret.Index("union", b.UnionID)
	if slices.Contains(u.Unions, index) && u.Apps[m.from].Union == index {
		return nil, false, nil
	}
	if m.dryRun {
		if other, err = m.otherFound(ctx, u, index); other != nil || err != nil {
			return other, false, err
		}
		other = m.foundByThen(u, index)
		return other, other == nil, nil
	}
	for range noteTries {
		if err := m.Store.NoteUnion(ctx, b, index); !errors.Is(err, login.ErrUnionTaken) {
			return nil, err == nil, err
		}
		if other, err := m.otherFound(ctx, u, index); other != nil || err != nil {
			return other, false, err
		}
	}
	return nil, false, login.Unavailable(errors.New("the users of a unionid kept changing"))
}

// otherFound returns the user who is found by a unionid, unless it is u or nobody.
func (m *migrating) otherFound(ctx context.Context, u login.User, index string) (*login.User, error) {
	owner, err := m.Store.OwnerOfUnion(ctx, index)
	if err == nil && owner.UserID == u.ID {
		return nil, nil //nolint:nilnil // nobody else is
	}
	var other login.User
	if err == nil {
		other, err = m.Store.UserByID(ctx, owner.UserID)
	}
	if errors.Is(err, login.ErrUserNotFound) {
		return nil, nil //nolint:nilnil // as above
	}
	return &other, err
}

// foundByThen notes that a run that is not dry would make u be found by a unionid, unless it would find another by then.
func (m *migrating) foundByThen(u login.User, index string) *login.User {
	m.mu.Lock()
	defer m.mu.Unlock()
	if other, found := m.finds[index]; found {
		return &other
	}
	m.finds[index] = u
	return nil
}
