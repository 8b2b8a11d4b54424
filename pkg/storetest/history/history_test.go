package history

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/storetest"
)

// short is a wait, in synctest's clock, that lets others run in between.
func short() { time.Sleep(rand.N(5 * time.Millisecond)) }

// histories makes n histories on a store in synthetic time, and returns the first error.
func histories(t *testing.T, n int, made func() login.AdminStore, see func(*history)) (err error) {
	t.Helper()
	picture := filepath.Join(t.ArtifactDir(), "history.html")
	for range n {
		var h *history
		synctest.Test(t, func(t *testing.T) {
			h, err = makeHistory(t.Context(), []login.AdminStore{made()}, short)
			time.Sleep(time.Second) // what a store does behind its answers comes to an end
		})
		if err == nil {
			err = h.check(picture)
		}
		if err != nil {
			return err
		}
		if see != nil {
			see(h)
		}
	}
	return nil
}

// Unless every outcome of the model occurs, histories prove less than they seem to. Histories are random: a rare outcome
// is in one of some twenty, so they are made until all have been seen. Hundreds without one are no accident.
func TestMemoryIsLinearizableAndEveryOutcomeOccurs(t *testing.T) {
	missing := map[string]bool{}
	for kind, outcomes := range map[kind][]error{
		bind: {nil, login.ErrAlreadyBound, login.IdentityBound, login.UserBound, login.ErrUserNotFound, login.UserDisabled, login.SessionRevoked},
		admit: {
			nil, login.ErrAlreadyBound, login.IdentityBound, login.ErrRemovedBefore, login.BindingRemoved, login.ErrUserNotFound, new(login.Unfit),
		},
		let: {
			nil, login.ErrAlreadyBound, login.IdentityBound, login.ErrRemovedBefore, login.BindingRemoved, login.ErrPhoneTaken, login.ErrUnionTaken,
		},
		rebind:      {nil, login.IdentityBound, login.ErrUserChanged, login.ErrUserNotFound, new(login.Unfit)},
		phone:       {nil, login.ErrUserNotFound, login.ErrPhoneTaken},
		union:       {nil, login.ErrBindingNotFound, login.ErrUnionTaken},
		touch:       {nil, login.ErrBindingNotFound},
		note:        {nil, login.ErrBindingNotFound},
		unbind:      {nil, login.ErrBindingNotFound, login.ErrLastBinding},
		create:      {nil},
		extend:      {nil},
		end:         {nil},
		disable:     {nil, login.ErrUserNotFound},
		enable:      {nil, login.ErrUserNotFound},
		logout:      {nil, login.ErrUserNotFound},
		change:      {nil, login.ErrUserNotFound, login.ErrPasswordChanged, login.UserDisabled, login.SessionRevoked, login.ErrSessionNotFound},
		remove:      {nil, login.ErrUserNotFound, login.ErrUserChanged},
		enrol:       {nil},
		refresh:     {nil, login.ErrUserNotFound},
		findSession: {nil},
		readSession: {nil},
		readUser:    {nil, login.ErrUserNotFound},
	} {
		for _, err := range outcomes {
			outcome, _ := outcomeOf(err)
			missing[fmt.Sprintf("%s: %s", kind, outcome)] = true
		}
	}
	const least, most = 60, 3000
	for made := 0; made < least || len(missing) > 0 && made < most; made += least {
		err := histories(t, least, func() login.AdminStore { return new(storetest.Memory) }, func(h *history) {
			for _, o := range h.operations {
				delete(missing, fmt.Sprintf("%s: %s", o.Input.(input).kind, o.Output.(output).outcome))
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for outcome := range missing {
		t.Errorf("no history has: %s", outcome)
	}
}

// Each of these stores breaks one promise in a way that a test of one sentence may overlook, mostly by reading first
// and writing later. The rarest fault shows in one of a hundred histories.
func TestBrokenStoreIsCaught(t *testing.T) {
	for name, broken := range map[string]func(*storetest.Memory) login.AdminStore{
		"a bind takes an identity from its user":            func(m *storetest.Memory) login.AdminStore { return thief{m} },
		"a bind looks at the user and the epoch first":      func(m *storetest.Memory) login.AdminStore { return lateBind{m} },
		"an epoch is noted in whatever binding stands":      func(m *storetest.Memory) login.AdminStore { return bluntNote{m} },
		"an unbind goes by the identity alone":              func(m *storetest.Memory) login.AdminStore { return bluntUnbind{m} },
		"an unbind counts the bindings first":               func(m *storetest.Memory) login.AdminStore { return countingUnbind{m} },
		"a verification reads what was true a while ago":    func(m *storetest.Memory) login.AdminStore { return &staleReads{Memory: m} },
		"a logout is answered before it is done":            func(m *storetest.Memory) login.AdminStore { return lateLogout{m} },
		"a password change looks at the epoch first":        func(m *storetest.Memory) login.AdminStore { return lateChange{m} },
		"a disabled user's sessions live when enabled":      func(m *storetest.Memory) login.AdminStore { return forgivingDisable{m} },
		"a deletion looks at the bindings first":            func(m *storetest.Memory) login.AdminStore { return hastyDelete{m} },
		"a session ends for the last reason, not the first": func(m *storetest.Memory) login.AdminStore { return lastReason{m} },
		"an extension goes by what is stored, not read":     func(m *storetest.Memory) login.AdminStore { return lateExtension{m} },
		"an admission looks at the terms first":             func(m *storetest.Memory) login.AdminStore { return lateTerms{m} },
		"an admission looks for the tombstone first":        func(m *storetest.Memory) login.AdminStore { return lateTombstone{m} },
		"a newcomer takes the number from whoever has it":   func(m *storetest.Memory) login.AdminStore { return robber{m} },
		"a number is given after a look at who has it":      func(m *storetest.Memory) login.AdminStore { return latePhone{m} },
		"a unionid of a binding that is gone is believed":   func(m *storetest.Memory) login.AdminStore { return goneUnion{m} },
		"a unionid that is another's is not noted":          func(m *storetest.Memory) login.AdminStore { return silentUnion{m} },
		"a unionid is noted for whoever is bound by now":    func(m *storetest.Memory) login.AdminStore { return bluntUnion{m} },
		"a rebind replaces whatever is bound by now":        func(m *storetest.Memory) login.AdminStore { return bluntRebind{m} },
		"a rebind leaves the user unbound for a while":      func(m *storetest.Memory) login.AdminStore { return slowRebind{m} },
		"a rebind looks at the user and the epoch first":    func(m *storetest.Memory) login.AdminStore { return lateRebind{m} },
		"an unbind leaves no tombstone":                     func(m *storetest.Memory) login.AdminStore { return tracelessUnbind{m} },
		"a deletion looks at the bindings only":             func(m *storetest.Memory) login.AdminStore { return bluntDelete{m} },
	} {
		t.Run(name, func(t *testing.T) {
			err := histories(t, 3000, func() login.AdminStore { return broken(new(storetest.Memory)) }, nil)
			if err == nil || !strings.Contains(err.Error(), "not linearizable") {
				t.Fatalf("the histories of it: %v", err)
			}
		})
	}
}

// A write without an answer may have been done, at any time, or not.
func TestUnknownOutcomesAreNoFault(t *testing.T) {
	err := histories(t, 30, func() login.AdminStore { return unsure{new(storetest.Memory)} }, nil)
	if err != nil {
		t.Fatal(err)
	}
}

func TestAnErrorThatTheContractDoesNotKnowIsTold(t *testing.T) {
	foreign := errors.New("foreign")
	err := histories(t, 10, func() login.AdminStore { return failing{new(storetest.Memory), foreign} }, nil)
	if !errors.Is(err, foreign) {
		t.Fatal(err)
	}
}

type thief struct{ *storetest.Memory }

func (s thief) Bind(ctx context.Context, b login.Binding, session login.Session) (login.Binding, error) {
	if standing, err := s.BindingByOpenID(ctx, b.AppID, b.OpenID); err == nil && standing.UserID != b.UserID {
		if err := s.Unbind(ctx, standing, false); err != nil {
			return login.Binding{}, err
		}
	}
	return s.Memory.Bind(ctx, b, session)
}

type lateBind struct{ *storetest.Memory }

func (s lateBind) Bind(ctx context.Context, b login.Binding, session login.Session) (login.Binding, error) {
	u, err := s.UserByID(ctx, b.UserID)
	if err != nil || u.Disabled || session.Epoch != u.Epoch {
		return s.Memory.Bind(ctx, b, session)
	}
	short()
	// The condition holds again, whatever came between.
	now, err := s.UserByID(ctx, b.UserID)
	if err != nil {
		return login.Binding{}, err
	}
	late := session
	late.Epoch = now.Epoch
	return s.Memory.Bind(ctx, b, late)
}

type lateChange struct{ *storetest.Memory }

func (s lateChange) ChangePassword(ctx context.Context, c login.PasswordChange, tokenHash string) error {
	u, err := s.UserByID(ctx, c.UserID)
	if err != nil || u.Disabled || u.Epoch != c.OldEpoch {
		return s.Memory.ChangePassword(ctx, c, tokenHash)
	}
	short()
	if u, err = s.UserByID(ctx, c.UserID); err != nil {
		return err
	}
	c.OldEpoch = u.Epoch
	return s.Memory.ChangePassword(ctx, c, tokenHash)
}

type bluntNote struct{ *storetest.Memory }

func (s bluntNote) NoteEpoch(ctx context.Context, b login.Binding, epoch string) error {
	standing, err := s.BindingByOpenID(ctx, b.AppID, b.OpenID)
	if err != nil {
		return err
	}
	return s.Memory.NoteEpoch(ctx, standing, epoch)
}

type bluntUnbind struct{ *storetest.Memory }

func (s bluntUnbind) Unbind(ctx context.Context, b login.Binding, keepLast bool) error {
	standing, err := s.BindingByOpenID(ctx, b.AppID, b.OpenID)
	if err != nil {
		return err
	}
	return s.Memory.Unbind(ctx, standing, keepLast)
}

type countingUnbind struct{ *storetest.Memory }

func (s countingUnbind) Unbind(ctx context.Context, b login.Binding, keepLast bool) error {
	if u, err := s.UserByID(ctx, b.UserID); err != nil || keepLast && len(u.Apps) < 2 {
		return s.Memory.Unbind(ctx, b, keepLast)
	}
	short()
	return s.Memory.Unbind(ctx, b, false)
}

type staleReads struct {
	*storetest.Memory
	last atomic.Pointer[login.User]
}

func (s *staleReads) SessionWithUser(ctx context.Context, userID, tokenHash string) (login.Session, login.User, error) {
	session, user, err := s.Memory.SessionWithUser(ctx, userID, tokenHash)
	if err != nil {
		return session, user, err
	}
	if stale := s.last.Swap(&user); stale != nil && stale.ID == userID {
		return session, *stale, nil
	}
	return session, user, nil
}

type lateLogout struct{ *storetest.Memory }

func (s lateLogout) LogoutUser(ctx context.Context, id, epoch string) error {
	if _, err := s.UserByID(ctx, id); err != nil {
		return err
	}
	go func() {
		time.Sleep(20 * time.Millisecond)
		_ = s.Memory.LogoutUser(ctx, id, epoch) // the error goes nowhere
	}()
	return nil
}

type forgivingDisable struct{ *storetest.Memory }

func (s forgivingDisable) DisableUser(ctx context.Context, id, _ string) error {
	u, err := s.UserByID(ctx, id)
	if err != nil {
		return err
	}
	return s.Memory.DisableUser(ctx, id, u.Epoch)
}

type hastyDelete struct{ *storetest.Memory }

func (s hastyDelete) DeleteUser(ctx context.Context, u login.User) error {
	if err := s.Memory.DeleteUser(ctx, u); !errors.Is(err, login.ErrUserChanged) {
		return err
	}
	now, err := s.UserByID(ctx, u.ID)
	if err != nil {
		return err
	}
	return s.Memory.DeleteUser(ctx, now)
}

type lastReason struct{ *storetest.Memory }

func (s lastReason) EndSession(ctx context.Context, userID, tokenHash string, reason login.Code) error {
	session, _, err := s.SessionWithUser(ctx, userID, tokenHash)
	if err != nil || session.EndedReason == "" {
		return s.Memory.EndSession(ctx, userID, tokenHash, reason)
	}
	session.EndedReason = reason
	if err := s.ForgetSession(ctx, userID, tokenHash); err != nil {
		return err
	}
	_, err = s.CreateSession(ctx, session)
	return err
}

type lateExtension struct{ *storetest.Memory }

func (s lateExtension) ExtendSession(ctx context.Context, read login.Session, seenAt, idleEnd time.Time) error {
	if stored, _, err := s.SessionWithUser(ctx, read.UserID, read.TokenHash); err == nil {
		read = stored
	}
	return s.Memory.ExtendSession(ctx, read, seenAt, idleEnd)
}

// unsure loses answers of writes, some of which were done.
type unsure struct{ *storetest.Memory }

func (s unsure) Bind(ctx context.Context, b login.Binding, session login.Session) (standing login.Binding, err error) {
	err = s.lose(func() error { standing, err = s.Memory.Bind(ctx, b, session); return err })
	return standing, err
}

func (s unsure) LogoutUser(ctx context.Context, id, epoch string) error {
	return s.lose(func() error { return s.Memory.LogoutUser(ctx, id, epoch) })
}

func (unsure) lose(write func() error) error {
	if rand.N(10) > 0 {
		return write()
	}
	if rand.N(2) == 0 {
		_ = write() // what it says is lost
	}
	return login.Unavailable(errors.New("lost"))
}

type failing struct {
	*storetest.Memory
	err error
}

func (s failing) EndSession(context.Context, string, string, login.Code) error { return s.err }
