package history

import (
	"errors"

	"github.com/wxbind/wxbind/pkg/login"
)

// one is true in one of n cases.
func (c *client) one(n int) bool { return c.chance.IntN(n) == 0 }

// admit first reads the user, and lets them in on terms that held then, mostly. Somebody who is not there is let in as
// a newcomer, mostly.
func (c *client) admit() error {
	n, in := c.newBinding(c.chance.IntN(users), c.chance.IntN(apps), c.chance.IntN(openIDs))
	read, err := c.readUser(in.user)
	if err != nil {
		return err
	}
	seen := c.view(read)
	in.kind, in.tombstone, in.epoch = admit, !c.one(3), c.epochAt(read.Epoch)
	if (read.ID == "") != c.one(8) {
		in.kind, in.epoch = let, in.at
		in.phone, in.union = c.chance.IntN(phones+1), c.chance.IntN(unions+1)
		if in.phone != 0 && c.one(2) {
			in.other = users - in.user // the other one
		}
	} else {
		if in.phone = seen.phone; c.one(4) {
			in.phone = c.chance.IntN(phones + 1)
		}
		if in.phone != 0 && c.one(2) {
			in.was = seen.verified
		}
		if in.union = seen.known[elsewhere(in.app)]; c.one(3) {
			in.union = c.chance.IntN(unions + 1)
		}
		in.chosen = c.one(4)
	}
	session, ok := c.newSession(n, in.at, c.epoch(in.epoch))
	if !ok {
		return nil
	}
	in.session = session
	a := c.admission(in)
	// A repeat of the request asks for the same.
	for range 1 + c.chance.IntN(2) {
		var standing login.Binding
		var no *login.Unfit
		if err := c.do(in, func() (err error) {
			standing, err = c.store.Admit(c.ctx, a)
			no, _ = errors.AsType[*login.Unfit](err)
			return err
		}, func(out *output) {
			switch out.outcome {
			case done:
				c.publish(session)
				c.made(n)
				out.binding = c.seenBinding(standing)
			case login.ErrAlreadyBound.Error():
				out.binding = c.seenBinding(standing)
			case unfit:
				out.user = c.view(no.User)
			}
		}); err != nil {
			return err
		}
	}
	return nil
}

// admission is what an input asks for.
func (c *client) admission(in input) login.Admission {
	a := login.Admission{Binding: c.binding(in.binding), Session: c.session(in.session)}
	a.Binding.Epoch, a.Binding.Union = a.Session.Epoch, c.union(in.union)
	if in.tombstone {
		a.Tombstone = a.Binding.Index
	}
	var number login.Phone
	if in.phone != 0 {
		number = c.phone(in.phone, in.at)
	}
	if in.kind == admit {
		a.Terms = login.Terms{Phone: number, Union: a.Binding.Union, KnownIn: appIDs[elsewhere(in.app)]}
		if in.was != 0 {
			a.Terms.VerifiedSince = c.time(in.was)
		}
		if in.chosen {
			a.Terms.RegisteredIn = []string{"", appIDs[0]}
		}
		return a
	}
	a.Newcomer = &login.User{
		ID: c.userID(in.user), Epoch: a.Session.Epoch, CreatedAt: c.time(in.at), RegisteredIn: appIDs[in.app], Phone: number,
	}
	if in.union != 0 {
		a.Newcomer.Unions = []string{a.Binding.Union}
	}
	if in.other != 0 {
		a.Yields = c.userID(in.other - 1)
	}
	return a
}

// rebind puts an openid in the place of the one that it read of the user.
func (c *client) rebind() error {
	n, in := c.newBinding(c.chance.IntN(users), c.chance.IntN(apps), c.chance.IntN(openIDs))
	read, err := c.readUser(in.user)
	former, bound := read.Apps[appIDs[in.app]]
	if err != nil || !bound {
		return err
	}
	seen := c.view(read)
	in.kind, in.epoch, in.former = rebind, seen.epoch, seen.apps[in.app]
	if c.one(3) {
		in.phone = seen.phone
	}
	session, ok := c.newSession(n, in.at, read.Epoch)
	if !ok {
		return nil
	}
	in.session = session
	r := login.Rebinding{
		Binding: c.binding(n), Session: c.session(session), Former: former,
		Replacement: login.Replacement{At: c.time(in.at), OpenID: former.OpenID},
	}
	r.Binding.Epoch = read.Epoch
	if in.phone != 0 {
		r.Phone = c.phone(in.phone, in.at)
	}
	for range 1 + c.chance.IntN(2) {
		var no *login.Unfit
		if err := c.do(in, func() error {
			err := c.store.Rebind(c.ctx, r)
			no, _ = errors.AsType[*login.Unfit](err)
			return err
		}, func(out *output) {
			switch out.outcome {
			case done:
				c.publish(session)
				c.made(n)
			case unfit:
				out.user = c.view(no.User)
			}
		}); err != nil {
			return err
		}
	}
	return nil
}

// setPhone gives a user a number, sometimes the other user's, or takes theirs away.
func (c *client) setPhone() error {
	in := input{kind: phone, user: c.chance.IntN(users), phone: c.chance.IntN(phones + 1)}
	if in.phone != 0 && c.one(2) {
		in.at = c.tick()
	}
	from := ""
	if c.one(3) {
		in.other = users - in.user
		from = c.userID(in.other - 1)
	}
	return c.do(in, func() error { return c.store.SetPhone(c.ctx, c.userID(in.user), c.phone(in.phone, in.at), from) }, nil)
}

// noteUnion notes a unionid in one of the latest bindings.
func (c *client) noteUnion() error {
	n, ok := c.someBinding(c.chance)
	if !ok {
		return nil
	}
	in := c.identityOf(n)
	in.kind, in.union = union, 1+c.chance.IntN(unions)
	return c.do(in, func() error { return c.store.NoteUnion(c.ctx, c.binding(n), c.union(in.union)) }, nil)
}
