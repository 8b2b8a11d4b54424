package history

import (
	"slices"

	"github.com/wxbind/wxbind/pkg/login"
)

// ownerOf is the user who has a number, or a unionid, plus 1; 0 for none.
func (s state) ownerOf(has func(u user) bool) int {
	return 1 + slices.IndexFunc(s.users[:], has)
}

func (s state) ownerOfPhone(number int) int {
	return s.ownerOf(func(u user) bool { return number != 0 && u.phone == number })
}

func (s state) ownerOfUnion(number int) int {
	return s.ownerOf(func(u user) bool { return number != 0 && u.unions[number] })
}

// admit says whether the contract allows the answer to an admission, and gives the world after it. If several refusals
// apply, the contract allows any.
func (s state) admit(in input, got output) (allowed bool, next any) {
	u, standing := &s.users[in.user], s.bound[in.app][in.openID]
	allow := func(want ...output) (bool, any) { return got.isOneOf(want...), s }
	if standing.number != 0 && u.apps[in.app] == standing.number {
		return allow(output{outcome: login.ErrAlreadyBound.Error(), binding: standing})
	}
	if no := s.refusals(in); len(no) > 0 {
		return allow(no...)
	}
	fresh := binding{number: in.binding, union: in.union, epoch: in.epoch}
	if in.kind == let {
		if in.other != 0 {
			s.users[in.other-1].phone, s.users[in.other-1].verified = 0, 0
		}
		*u = user{there: true, epoch: in.epoch, created: in.at, phone: in.phone, registered: in.app + 1}
		u.unions[in.union] = in.union != 0
	}
	if in.phone != 0 {
		u.verified = in.at
	}
	s.bound[in.app][in.openID], u.apps[in.app], u.known[in.app] = fresh, in.binding, in.union
	s.sessions[in.session] = session{there: true, seen: in.at, epoch: in.epoch}
	return allow(output{outcome: done, binding: fresh})
}

// isOneOf says whether the contract allows an answer, when it allows these.
func (out output) isOneOf(want ...output) bool {
	return out.outcome == unknown || slices.Contains(want, out)
}

// rebind is as admit.
func (s state) rebind(in input, got output) (allowed bool, next any) {
	u := &s.users[in.user]
	var no []output
	when := func(holds bool, answer output) {
		if holds {
			no = append(no, answer)
		}
	}
	when(s.bound[in.app][in.openID].number != 0, refused(login.IdentityBound))
	when(s.sessions[in.session].there, refused(login.BindingRemoved))
	when(!u.there, refused(login.ErrUserNotFound))
	when(u.there && (u.apps[in.app] == 0 || u.apps[in.app] != in.former), refused(login.ErrUserChanged))
	when(u.there && (u.disabled || u.epoch != in.epoch || in.phone != 0 && u.phone != in.phone), output{outcome: unfit, user: *u})
	if len(no) > 0 {
		return got.isOneOf(no...), s
	}
	for openID := range s.bound[in.app] {
		if s.bound[in.app][openID].number == in.former {
			s.bound[in.app][openID], s.removed[in.app][openID] = binding{}, true
			u.replaced[in.app] = replacement{openID: openID + 1, at: in.at}
		}
	}
	if in.phone != 0 {
		u.verified = in.at
	}
	s.bound[in.app][in.openID] = binding{number: in.binding, epoch: in.epoch}
	u.apps[in.app], u.known[in.app] = in.binding, 0
	s.sessions[in.session] = session{there: true, seen: in.at, epoch: in.epoch}
	return got.isOneOf(output{outcome: done}), s
}

// elsewhere is the app in which a user is known who is admitted to this one.
func elsewhere(app int) int { return apps - 1 - app }

// refusals are the answers of which one is given to an admission that cannot be.
func (s state) refusals(in input) (no []output) {
	u := s.users[in.user]
	when := func(holds bool, answer output) {
		if holds {
			no = append(no, answer)
		}
	}
	when(s.bound[in.app][in.openID].number != 0, refused(login.IdentityBound))
	when(in.tombstone && s.removed[in.app][in.openID], refused(login.ErrRemovedBefore))
	when(s.sessions[in.session].there, refused(login.BindingRemoved))
	if in.kind == let {
		when(u.there, refused(login.BindingRemoved))
		when(s.ownerOfPhone(in.phone) != in.other, refused(login.ErrPhoneTaken))
		when(s.ownerOfUnion(in.union) != 0, refused(login.ErrUnionTaken))
		return no
	}
	when(!u.there, refused(login.ErrUserNotFound))
	fits := !u.disabled && u.epoch == in.epoch && u.apps[in.app] == 0 &&
		(in.phone == 0 || u.phone == in.phone && u.verified >= in.was) &&
		(in.union == 0 || u.unions[in.union] && u.known[elsewhere(in.app)] == in.union) &&
		(!in.chosen || u.registered <= 1)
	when(u.there && !fits, output{outcome: unfit, user: u})
	return no
}

func (s state) setPhone(in input) (output, state) {
	u, owner := &s.users[in.user], s.ownerOfPhone(in.phone)
	switch {
	case !u.there:
		return refused(login.ErrUserNotFound), s
	case owner != 0 && owner != in.user+1 && owner != in.other:
		return refused(login.ErrPhoneTaken), s
	case owner != 0:
		s.users[owner-1].phone, s.users[owner-1].verified = 0, 0
	}
	u.phone, u.verified = in.phone, in.at
	return output{outcome: done}, s
}

func (s state) noteUnion(in input) (output, state) {
	b := &s.bound[in.app][in.openID]
	if b.number != in.binding {
		return refused(login.ErrBindingNotFound), s
	}
	b.union, s.users[in.user].known[in.app] = in.union, in.union
	if owner := s.ownerOfUnion(in.union); owner != 0 && owner != in.user+1 {
		if slices.Contains(s.users[owner-1].known[:], in.union) {
			return refused(login.ErrUnionTaken), s
		}
		s.users[owner-1].unions[in.union] = false
	}
	s.users[in.user].unions[in.union] = true
	return output{outcome: done}, s
}
