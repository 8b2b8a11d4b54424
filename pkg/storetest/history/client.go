package history

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"

	"github.com/wxbind/wxbind/pkg/login"
)

// client performs one operation after another on the users of a world.
type client struct {
	*world
	ctx    context.Context
	id     int
	store  login.AdminStore
	pause  func()
	chance *rand.Rand
}

// acts are what a client does. An act listed more often is chosen more often.
var acts = []func(*client) error{
	(*client).verify, (*client).verify, (*client).verify, (*client).verify, (*client).verify,
	(*client).bind, (*client).bind, (*client).bind, (*client).bind,
	(*client).login, (*client).login, (*client).login, (*client).noteEpoch,
	(*client).unbind, (*client).unbind, (*client).unbind,
	(*client).endSession, (*client).endSession, (*client).extendSession, (*client).extendSession,
	(*client).changeUser, (*client).changeUser, (*client).changeUser,
	(*client).describe, (*client).describe, (*client).describe,
	(*client).changePassword, (*client).changePassword,
	(*client).admit, (*client).admit, (*client).admit, (*client).admit,
	(*client).rebind, (*client).rebind, (*client).setPhone, (*client).setPhone, (*client).noteUnion, (*client).noteUnion,
	(*client).remove,
}

func (c *client) act() error { return acts[c.chance.IntN(len(acts))](c) }

// answers are the errors by which a store refuses.
var answers = []error{
	login.ErrBindingNotFound, login.ErrAlreadyBound, login.ErrLastBinding, login.ErrSessionNotFound, login.ErrUserNotFound,
	login.ErrUserChanged, login.ErrPasswordChanged, login.IdentityBound, login.UserBound, login.UserDisabled, login.SessionRevoked,
	login.BindingRemoved, login.ErrRemovedBefore, login.ErrPhoneTaken, login.ErrUnionTaken,
}

// outcomeOf is an error as an output holds it.
//
// Errors: one that the contract does not foresee.
func outcomeOf(err error) (string, error) {
	if err == nil {
		return done, nil
	}
	for _, no := range answers {
		if errors.Is(err, no) {
			return no.Error(), nil
		}
	}
	if _, ok := errors.AsType[*login.Unfit](err); ok {
		return unfit, nil
	}
	if errors.Is(err, login.StoreUnavailable) {
		return unknown, nil
	}
	return "", err
}

// do performs one operation. answer fills in what is known of its outcome.
func (c *client) do(in input, operation func() error, answer func(*output)) error {
	call := c.begin(c.id)
	c.pause()
	err := operation()
	c.pause()
	end := call.end()
	outcome, err := outcomeOf(err)
	if err != nil {
		return err
	}
	out := output{outcome: outcome}
	if answer != nil {
		answer(&out)
	}
	call.add(end, in, out)
	return nil
}

// bind first reads the user, as a login does to compare the password, and binds with the epoch that it read.
func (c *client) bind() error {
	n, in := c.newBinding(c.chance.IntN(users), c.chance.IntN(apps), c.chance.IntN(openIDs))
	read, err := c.readUser(in.user)
	if err != nil {
		return err
	}
	session, ok := c.newSession(n, in.at, read.Epoch)
	if !ok {
		return nil
	}
	in.kind, in.session, in.epoch = bind, session, c.epochAt(read.Epoch)
	fresh := c.binding(n)
	fresh.Epoch = read.Epoch
	var standing login.Binding
	return c.do(in, func() (err error) {
		standing, err = c.store.Bind(c.ctx, fresh, c.session(session))
		return err
	}, func(out *output) {
		switch out.outcome {
		case done:
			c.publish(session)
			c.made(n)
			out.binding = c.seenBinding(standing)
		case login.ErrAlreadyBound.Error():
			out.binding = c.seenBinding(standing)
		}
	})
}

// login reads a binding, some logins by a touch, and opens a session under it with the binding's epoch.
func (c *client) login() error {
	in := input{kind: touch, app: c.chance.IntN(apps), openID: c.chance.IntN(openIDs)}
	started := c.tick()
	mark := login.Touch{AppID: appIDs[in.app], OpenID: c.openID(in.app, in.openID), At: c.time(started)}
	var found login.Binding
	err := c.do(in, func() (err error) {
		if c.chance.IntN(4) == 0 {
			found, err = c.store.TouchBinding(c.ctx, mark)
		} else {
			found, err = c.store.BindingByOpenID(c.ctx, mark.AppID, mark.OpenID)
		}
		return err
	}, func(out *output) {
		if out.outcome == done {
			out.binding = c.seenBinding(found)
		}
	})
	n := c.numberOf(found)
	if err != nil || n < 1 {
		return err
	}
	session, ok := c.newSession(n, started, found.Epoch)
	if !ok {
		return nil
	}
	o := login.Opening{Binding: found, Touch: mark, Session: c.session(session)}
	o.Touch.Opened = o.Session.Mark()
	o.Sessions = append(slices.Clone(found.Sessions), o.Touch.Opened)
	in = input{kind: create, session: session, at: started, epoch: c.epochAt(found.Epoch)}
	// A repeat of the request creates the same session.
	for range 1 + c.chance.IntN(2) {
		if err := c.enter(in, o); err != nil {
			return err
		}
	}
	return nil
}

// enter opens a session, reads its user and perhaps ends another session. What an opening does counts as one operation
// each, with the same call and return, since the contract does not promise that all is of one moment.
func (c *client) enter(in input, o login.Opening) error {
	other, replaces := c.someSession(c.chance)
	if replaces = replaces && c.chance.IntN(3) == 0 && c.session(other).UserID == o.Session.UserID && other != in.session; replaces {
		o.Ended = []string{c.session(other).TokenHash}
	}
	call := c.begin(c.id)
	c.pause()
	opened, err := c.store.Enter(c.ctx, o)
	c.pause()
	end := call.end()
	outcome, err := outcomeOf(err)
	if err != nil {
		return err
	}
	stored, owner := output{outcome: unknown}, output{outcome: outcome}
	if outcome == done {
		stored, owner.user = output{outcome: done, session: c.seen(opened.Session)}, c.view(opened.User)
	}
	call.add(end, in, stored)
	if outcome != unknown {
		call.add(end, input{kind: readUser, user: c.userOf(in.session)}, owner)
	}
	if replaces {
		replaced := output{outcome: silent}
		if outcome != done || opened.Untidy != nil {
			replaced.outcome = unknown
		}
		call.add(end, input{kind: endOther, session: other, reason: login.SessionReplaced}, replaced)
	}
	c.publish(in.session)
	return nil
}

// seen is what the model knows of a session that was read.
func (c *client) seen(s login.Session) session {
	return session{there: true, ended: s.EndedReason, seen: c.ticks(s.SeenAt), epoch: c.epochAt(s.Epoch)}
}

// noteEpoch reads a user and brings one of the latest bindings up to date, as a login does that finds it behind.
func (c *client) noteEpoch() error {
	n, ok := c.someBinding(c.chance)
	if !ok {
		return nil
	}
	in := c.identityOf(n)
	read, err := c.readUser(in.user)
	if err != nil || read.ID == "" {
		return err
	}
	in.kind, in.epoch = note, c.epochAt(read.Epoch)
	return c.do(in, func() error { return c.store.NoteEpoch(c.ctx, c.binding(n), read.Epoch) }, nil)
}

func (c *client) unbind() error {
	n, ok := c.someBinding(c.chance)
	if !ok {
		return nil
	}
	in := c.identityOf(n)
	in.kind, in.keepLast = unbind, c.chance.IntN(2) == 0
	return c.do(in, func() error { return c.store.Unbind(c.ctx, c.binding(n), in.keepLast) }, nil)
}

// verify reads what Session.Dead judges.
func (c *client) verify() error {
	n, ok := c.someSession(c.chance)
	if !ok {
		return nil
	}
	userID := c.session(n).UserID
	call := c.begin(c.id)
	c.pause()
	stored, owner, err := c.store.SessionWithUser(c.ctx, userID, c.session(n).TokenHash)
	c.pause()
	end := call.end()
	outcome, err := outcomeOf(err)
	switch {
	case err != nil:
		return err
	case outcome == login.ErrSessionNotFound.Error():
		call.add(end, input{kind: findSession, session: n}, output{outcome: outcome})
	case outcome == login.ErrUserNotFound.Error():
		call.add(end, input{kind: findSession, session: n}, output{outcome: done})
		call.add(end, input{kind: readUser, user: c.userOf(n)}, output{outcome: outcome})
	case outcome == done:
		seen := c.seen(stored)
		c.note(n, seen.seen)
		call.add(end, input{kind: readSession, session: n}, output{outcome: done, session: seen})
		call.add(end, input{kind: readUser, user: c.userOf(n)}, output{outcome: done, user: c.view(owner)})
	}
	return nil
}

func (c *client) endSession() error {
	n, ok := c.someSession(c.chance)
	if !ok {
		return nil
	}
	reasons := []login.Code{login.SessionRevoked, login.SessionReplaced}
	in := input{kind: end, session: n, reason: reasons[c.chance.IntN(len(reasons))]}
	s := c.session(n)
	return c.do(in, func() error { return c.store.EndSession(c.ctx, s.UserID, s.TokenHash, in.reason) }, nil)
}

// extendSession works from what somebody read of the session, perhaps a while ago.
func (c *client) extendSession() error {
	n, ok := c.someSession(c.chance)
	if !ok {
		return nil
	}
	in := input{kind: extend, session: n, at: c.tick(), was: c.lastSeen(n)}
	read := c.session(n)
	read.SeenAt = c.time(in.was)
	return c.do(in, func() error {
		return c.store.ExtendSession(c.ctx, read, c.time(in.at), c.time(in.at).Add(login.IdleLife))
	}, nil)
}

func (c *client) changeUser() error {
	u := c.chance.IntN(users)
	id := c.userID(u)
	switch c.chance.IntN(5) {
	case 0:
		in := input{kind: disable, user: u, epoch: c.tick()}
		return c.do(in, func() error { return c.store.DisableUser(c.ctx, id, c.epoch(in.epoch)) }, nil)
	case 1, 2, 3: // disabled users do little
		return c.do(input{kind: enable, user: u}, func() error { return c.store.EnableUser(c.ctx, id) }, nil)
	default:
		in := input{kind: logout, user: u, epoch: c.tick()}
		return c.do(in, func() error { return c.store.LogoutUser(c.ctx, id, c.epoch(in.epoch)) }, nil)
	}
}

// changePassword works from what it read of the user, in one of the latest sessions.
func (c *client) changePassword() error {
	n, ok := c.someSession(c.chance)
	if !ok {
		return nil
	}
	in := input{kind: change, session: n, user: c.userOf(n)}
	read, err := c.readUser(in.user)
	if err != nil || read.ID == "" {
		return err
	}
	in.password, in.was, in.epoch = c.epochAt(read.PasswordID), c.epochAt(read.Epoch), c.tick()
	change := login.PasswordChange{
		UserID: read.ID, OldID: read.PasswordID, OldEpoch: read.Epoch,
		Password: login.Password{ID: c.epoch(in.epoch), Hash: "hash"}, Epoch: c.epoch(in.epoch),
	}
	return c.do(in, func() error { return c.store.ChangePassword(c.ctx, change, c.session(n).TokenHash) }, nil)
}

// describe does what a directory's answer does, at a login or a refresh.
func (c *client) describe() error {
	in := input{kind: enrol, user: c.chance.IntN(users), at: c.tick(), epoch: c.tick()}
	p := login.Profile{ID: c.userID(in.user)}
	ask := func() (login.User, error) { return c.store.EnrollUser(c.ctx, p, c.time(in.at), c.epoch(in.epoch)) }
	if c.chance.IntN(3) == 0 {
		in.kind = refresh
		ask = func() (login.User, error) { return c.store.RefreshUser(c.ctx, p) }
	}
	_, err := c.seeUser(in, ask)
	return err
}

// remove deletes a user as read.
func (c *client) remove() error {
	n := c.chance.IntN(users)
	read, err := c.readUser(n)
	if err != nil || read.ID == "" {
		return err
	}
	seen := c.view(read)
	in := input{kind: remove, user: n, apps: seen.apps, known: seen.known, phone: seen.phone, unions: seen.unions}
	return c.do(in, func() error { return c.store.DeleteUser(c.ctx, read) }, nil)
}

// readUser returns a user, the zero User for none.
func (c *client) readUser(n int) (login.User, error) {
	return c.seeUser(input{kind: readUser, user: n}, func() (login.User, error) { return c.store.UserByID(c.ctx, c.userID(n)) })
}

// seeUser performs an operation that returns a user.
func (c *client) seeUser(in input, operation func() (login.User, error)) (seen login.User, err error) {
	err = c.do(in, func() (err error) {
		seen, err = operation()
		return err
	}, func(out *output) {
		if out.outcome == done {
			out.user = c.view(seen)
		}
	})
	return seen, err
}
