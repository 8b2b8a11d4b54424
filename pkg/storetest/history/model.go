package history

import (
	"fmt"
	"strings"

	"github.com/anishathalye/porcupine"

	"github.com/wxbind/wxbind/pkg/login"
)

// The size of a world: small enough that the clients meet all the time.
const (
	users    = 2
	apps     = 2
	openIDs  = 2 // per app
	phones   = 2
	unions   = 2
	sessions = 64
)

// state is a world between two operations. Users, apps and openids are numbered from 0. Bindings, phone numbers and
// unionids are numbered from 1, so that 0 is none. Times are ticks of the world's clock.
type state struct {
	users    [users]user
	bound    [apps][openIDs]binding // the binding of an identity
	removed  [apps][openIDs]bool    // whether the identity has a tombstone
	sessions [sessions]session
}

// binding is zero for none.
type binding struct {
	number int
	union  int   // the last that was noted
	epoch  int64 // as the binding last knew it
}

// user has the epoch and the password that an operation gave it: the tick of that operation, 0 for none.
type user struct {
	there, disabled          bool
	epoch, password, created int64
	apps, known              [apps]int // the user's bindings, and the unionids of these
	phone                    int
	verified                 int64 // when the number was, 0 for never
	unions                   [unions + 1]bool
	registered               int // the app plus 1, 0 for none
	replaced                 [apps]replacement
}

// replacement is the openid plus 1 that lost its place, and when; zero for none.
type replacement struct {
	openID int
	at     int64
}

func (u user) bindings() (n int) {
	for _, b := range u.apps {
		if b != 0 {
			n++
		}
	}
	return n
}

type session struct {
	there bool
	ended login.Code
	seen  int64
	epoch int64
}

// kind is what an operation does.
type kind string

const (
	bind   kind = "bind"
	admit  kind = "admit"
	let    kind = "admit a newcomer"
	rebind kind = "rebind"
	phone  kind = "set the phone number"
	union  kind = "note the unionid"
	touch  kind = "touch"
	unbind kind = "unbind"
	note   kind = "note the epoch"
	create kind = "create session"
	extend kind = "extend session"
	end    kind = "end session"
	// A login that ends another session is not told whether there is one.
	endOther kind = "end session for another"
	disable  kind = "disable"
	enable   kind = "enable"
	logout   kind = "log out"
	change   kind = "change the password"
	remove   kind = "delete"
	enrol    kind = "enrol"
	refresh  kind = "refresh"
	// A verification reads a session and its user in one call, but the contract does not promise that both are of one
	// moment: on DynamoDB it is a BatchGetItem. So it counts as two operations with the same call and return. If it
	// finds no user, it says about the session only that it exists.
	findSession kind = "find session"
	readSession kind = "read session"
	readUser    kind = "read user"
)

// input is the call. Which fields count depends on the kind.
type input struct {
	kind              kind
	user, app, openID int
	binding, session  int
	// at is the tick that the operation stores, and was the one that it expects.
	at, was int64
	// password is the one that the operation replaces, by one of the tick that epoch is.
	password int64
	// epoch is the one that the operation stores: in a user a new one, elsewhere one that somebody read.
	epoch       int64
	apps, known [apps]int
	keepLast    bool
	reason      login.Code
	// other is the user who loses the number, plus 1; 0 for none.
	phone, union, other int
	unions              [unions + 1]bool
	// former is the binding that a rebind replaces.
	former int
	// tombstone says that an admission looks for one, and only those who have not registered, or in app 0, are admitted.
	tombstone, chosen bool
}

// output is the answer.
type output struct {
	outcome string
	binding binding
	user    user
	session session
}

// Outcomes other than an error's text.
const (
	done    = "done"
	unfit   = "unfit"
	unknown = "unknown"
	silent  = "silent"
)

func refused(err error) output { return output{outcome: err.Error()} }

var model = porcupine.Model{
	Init: func() any { return state{} },
	Step: func(now, in, out any) (bool, any) {
		got := out.(output)
		switch in.(input).kind {
		case admit, let:
			return now.(state).admit(in.(input), got)
		case rebind:
			return now.(state).rebind(in.(input), got)
		}
		want, next := now.(state).step(in.(input))
		return got == want || got.outcome == unknown || got.outcome == silent, next
	},
	DescribeOperation: func(in, out any) string { return fmt.Sprintf("%v: %v", in, out) },
	DescribeState:     func(s any) string { return fmt.Sprint(s) },
}

// step is the contract: what an operation answers in a world, and the world after it.
func (s state) step(in input) (output, state) {
	u := &s.users[in.user]
	switch in.kind {
	case bind:
		return s.bind(in)
	case union:
		return s.noteUnion(in)
	case phone:
		return s.setPhone(in)
	case unbind:
		return s.unbind(in)
	case remove:
		return s.remove(in)
	case change:
		return s.change(in)
	case create:
		one := &s.sessions[in.session]
		if !one.there {
			*one = session{there: true, seen: in.at, epoch: in.epoch}
		}
		return output{outcome: done, session: *one}, s
	case extend:
		if one := &s.sessions[in.session]; one.there && one.ended == "" && one.seen == in.was {
			one.seen = in.at
		}
		return output{outcome: done}, s
	case end, endOther, findSession, readSession:
		return s.ofSession(in)
	case touch, note:
		b := &s.bound[in.app][in.openID]
		if b.number == 0 || in.kind == note && b.number != in.binding {
			return refused(login.ErrBindingNotFound), s
		}
		if in.kind == note {
			b.epoch = in.epoch
			return output{outcome: done}, s
		}
		return output{outcome: done, binding: *b}, s
	case enrol:
		if !u.there {
			*u = user{there: true, epoch: in.epoch, created: in.at}
		}
		return output{outcome: done, user: *u}, s
	}
	if !u.there {
		return refused(login.ErrUserNotFound), s
	}
	switch in.kind {
	case disable:
		u.disabled, u.epoch = true, in.epoch
	case enable:
		u.disabled = false
	case logout:
		u.epoch = in.epoch
	case readUser, refresh:
		return output{outcome: done, user: *u}, s
	}
	return output{outcome: done}, s
}

func (s state) bind(in input) (output, state) {
	u := &s.users[in.user]
	standing := s.bound[in.app][in.openID]
	switch {
	case standing.number != 0 && u.apps[in.app] == standing.number:
		return output{outcome: login.ErrAlreadyBound.Error(), binding: standing}, s
	case standing.number != 0:
		return refused(login.IdentityBound), s
	case !u.there:
		return refused(login.ErrUserNotFound), s
	case u.disabled:
		return refused(login.UserDisabled), s
	case in.epoch != u.epoch:
		return refused(login.SessionRevoked), s
	case u.apps[in.app] != 0:
		return refused(login.UserBound), s
	}
	fresh := binding{number: in.binding, epoch: in.epoch}
	s.bound[in.app][in.openID], u.apps[in.app] = fresh, in.binding
	s.sessions[in.session] = session{there: true, seen: in.at, epoch: in.epoch}
	return output{outcome: done, binding: fresh}, s
}

// change replaces a password. Of the user's sessions one goes on under the new epoch.
func (s state) change(in input) (output, state) {
	u, kept := &s.users[in.user], &s.sessions[in.session]
	switch {
	case !u.there:
		return refused(login.ErrUserNotFound), s
	case u.password != in.password:
		return refused(login.ErrPasswordChanged), s
	case u.disabled:
		return refused(login.UserDisabled), s
	case u.epoch != in.was:
		return refused(login.SessionRevoked), s
	case !kept.there || kept.ended != "":
		return refused(login.ErrSessionNotFound), s
	}
	u.password, u.epoch, kept.epoch = in.epoch, in.epoch, in.epoch
	return output{outcome: done}, s
}

func (s state) unbind(in input) (output, state) {
	u := &s.users[in.user]
	switch {
	case s.bound[in.app][in.openID].number != in.binding:
		return refused(login.ErrBindingNotFound), s
	case in.keepLast && u.bindings() == 1:
		return refused(login.ErrLastBinding), s
	}
	s.bound[in.app][in.openID], u.apps[in.app], u.known[in.app] = binding{}, 0, 0
	s.removed[in.app][in.openID] = true
	return output{outcome: done}, s
}

func (s state) remove(in input) (output, state) {
	u := &s.users[in.user]
	switch {
	case !u.there:
		return refused(login.ErrUserNotFound), s
	case u.apps != in.apps, u.known != in.known, u.phone != in.phone, u.unions != in.unions:
		return refused(login.ErrUserChanged), s
	}
	for app, b := range u.apps {
		for openID := range s.bound[app] {
			if b != 0 && s.bound[app][openID].number == b {
				s.bound[app][openID] = binding{}
				s.removed[app][openID] = true
			}
		}
	}
	*u = user{}
	return output{outcome: done}, s
}

func (s state) ofSession(in input) (output, state) {
	one := &s.sessions[in.session]
	switch {
	case !one.there:
		return refused(login.ErrSessionNotFound), s
	case in.kind == findSession:
		return output{outcome: done}, s
	case in.kind == readSession:
		return output{outcome: done, session: *one}, s
	case one.ended == "":
		one.ended = in.reason
	}
	return output{outcome: done}, s
}

// String shows an operation in the picture of a history.
func (in input) String() string {
	text := []string{string(in.kind)}
	switch in.kind {
	case touch:
		text = append(text, fmt.Sprintf("openid %d in app %d", in.openID, in.app))
	case admit, let, rebind, phone, union:
		text = append(text, fmt.Sprintf("user %d to openid %d in app %d as %d for %d with session %d at %d, epoch %d, number %d since %d from %d, unionid %d, tombstone %t, chosen %t",
			in.user, in.openID, in.app, in.binding, in.former, in.session, in.at, in.epoch, in.phone, in.was, in.other-1, in.union, in.tombstone, in.chosen))
	case bind, unbind, note:
		text = append(text, fmt.Sprintf("user %d to openid %d in app %d as %d, keepLast %t, at %d with epoch %d",
			in.user, in.openID, in.app, in.binding, in.keepLast, in.at, in.epoch))
	case change:
		text = append(text, fmt.Sprintf("user %d from %d to %d, epoch was %d, keeps %d", in.user, in.password, in.epoch, in.was, in.session))
	case create, extend, end, endOther, findSession, readSession:
		text = append(text, fmt.Sprintf("%d at %d, was %d %s, epoch %d", in.session, in.at, in.was, in.reason, in.epoch))
	default:
		text = append(text, fmt.Sprintf("user %d at %d with %v, epoch %d", in.user, in.at, in.apps, in.epoch))
	}
	return strings.Join(text, " ")
}

// String shows a world without the sessions that do not exist.
func (s state) String() string {
	var there []string
	for i, one := range s.sessions {
		if one.there {
			there = append(there, fmt.Sprintf("%d:%s@%d in %d", i, one.ended, one.seen, one.epoch))
		}
	}
	return fmt.Sprintf("users %+v bound %v removed %v sessions %v", s.users, s.bound, s.removed, there)
}
