package storetest

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// newPhone is a number that nobody has, given in app and verified at t.now.
func (t *trial) newPhone() login.Phone {
	n, err := rand.Int(rand.Reader, big.NewInt(1e10))
	t.must(err)
	return login.Phone{Number: fmt.Sprintf("+861%010d", n), Index: id("phone"), VerifiedAt: t.now, AppID: app}
}

// userWithPhone stores a user with a verified number.
func (t *trial) userWithPhone() login.User {
	t.Helper()
	u := t.newUser()
	u.Phone = t.newPhone()
	t.must(t.add(u))
	return u
}

// owns fails the test unless the user has the number, and is found by it.
func (t *trial) owns(userID string, p login.Phone) {
	t.Helper()
	owner, err := t.OwnerOfPhone(t.ctx, p.Index)
	t.must(err)
	if owner.UserID != userID {
		t.Fatalf("the number leads to %q, want %q", owner.UserID, userID)
	}
	got := t.userNow(userID).Phone
	got.VerifiedAt, p.VerifiedAt = milli(got.VerifiedAt), milli(p.VerifiedAt)
	if got != p {
		t.Fatalf("the user's number is %+v, want %+v", got, p)
	}
}

// free fails the test if anybody is found by the number.
func (t *trial) free(p login.Phone) {
	t.Helper()
	_, err := t.OwnerOfPhone(t.ctx, p.Index)
	t.want(err, login.ErrUserNotFound)
}

// phones tests SetPhone, and users who are added with a number.
func phones(s *suite) {
	s.test("a user who is added with a number is found by it, and listed with it", func(t *trial) {
		verified, never, elsewhere := t.newUser(), t.newUser(), t.newUser()
		verified.Phone, never.Phone = t.newPhone(), t.newPhone()
		never.Phone.VerifiedAt = time.Time{}
		elsewhere.Phone, elsewhere.RegisteredIn = login.Phone{Number: "+85298765432"}, otherApp // added without an index key
		for _, u := range []login.User{verified, never, elsewhere} {
			t.must(t.add(u))
			same(t, t.userNow(u.ID), u)
		}
		t.owns(verified.ID, verified.Phone)
		t.owns(never.ID, never.Phone)
		if got := t.userNow(never.ID).Phone.VerifiedAt; !got.IsZero() {
			t.Fatalf("verified at %v", got)
		}
		t.free(elsewhere.Phone)
		want, listed := map[string]login.User{verified.ID: verified, never.ID: never, elsewhere.ID: elsewhere}, 0
		for _, u := range t.everyUser(1000) {
			if w, mine := want[u.ID]; mine {
				same(t, u, w)
				listed++
			}
		}
		if listed != len(want) {
			t.Fatalf("%d of %d are listed", listed, len(want))
		}
	})
	s.test("a user is added with neither bindings nor unionids", func(t *trial) {
		u := t.newUser()
		u.Unions, u.Apps = []string{id("union")}, map[string]login.UserApp{app: {OpenID: id("openid"), BindingID: id("binding")}}
		t.must(t.add(u))
		_, err := t.OwnerOfUnion(t.ctx, u.Unions[0])
		t.want(err, login.ErrUserNotFound)
		u.Unions, u.Apps = nil, map[string]login.UserApp{}
		same(t, t.userNow(u.ID), u)
	})
	s.test("a number that is taken is ErrPhoneTaken, and nothing is stored, not even the username", func(t *trial) {
		for _, owner := range []login.User{t.userWithPhone(), t.admit(t.newNewcomer())} {
			late := t.newUser()
			late.Phone = owner.Phone
			t.want(t.add(late), login.ErrPhoneTaken)
			t.nobody(late)
			same(t, t.userNow(owner.ID), owner)
			t.owns(owner.ID, owner.Phone)
			late.ID, late.Phone = id("user"), t.newPhone()
			t.must(t.add(late))
		}
	})
	s.test("many users without a number are added", func(t *trial) {
		for range 3 {
			t.user()
		}
		_, err := t.OwnerOfPhone(t.ctx, "")
		t.want(err, login.ErrUserNotFound)
	})

	s.test("a user gets a number, another in its place, and none", func(t *trial) {
		u, b, session := t.bound()
		u.Apps[app] = noteOf(b)
		first, second := t.newPhone(), t.newPhone()
		second.VerifiedAt = time.Time{}
		for _, p := range []login.Phone{first, second, first} {
			before := u.Phone
			u.Phone = p
			t.must(t.SetPhone(t.ctx, u.ID, p, ""))
			same(t, t.userNow(u.ID), u)
			t.owns(u.ID, p)
			t.free(before)
		}
		for range 2 {
			u.Phone = login.Phone{}
			t.must(t.SetPhone(t.ctx, u.ID, u.Phone, ""))
			same(t, t.userNow(u.ID), u)
			t.free(first)
		}
		if !t.stands(b) || t.dead(session) != "" {
			t.Fatal("the binding is gone, or its session is dead")
		}
		t.must(t.SetPhone(t.ctx, t.user().ID, first, ""))
	})
	s.test("the number that the user has already is verified anew, also in a repeat", func(t *trial) {
		u := t.userWithPhone()
		for _, at := range []time.Time{t.now.Add(time.Hour), t.now.Add(time.Hour), t.now.Add(-time.Hour), {}} {
			u.Phone.VerifiedAt = at
			t.must(t.SetPhone(t.ctx, u.ID, u.Phone, ""))
			same(t, t.userNow(u.ID), u)
			t.owns(u.ID, u.Phone)
		}
	})
	s.test("the number that the user has already stays given where it was", func(t *trial) {
		byAdministrator := t.newPhone()
		byAdministrator.AppID = ""
		for _, p := range []login.Phone{t.newPhone(), byAdministrator} {
			u := t.newUser()
			u.Phone = p
			t.must(t.add(u))
			for _, appID := range []string{otherApp, "", app} {
				again := u.Phone
				again.AppID = appID
				t.must(t.SetPhone(t.ctx, u.ID, again, ""))
				same(t, t.userNow(u.ID), u)
				a := t.newAdmission(u, id("app"))
				a.Terms.Phone = again
				u = t.admit(a)
			}
			t.owns(u.ID, p)
			another := t.newPhone()
			another.AppID = otherApp
			t.must(t.SetPhone(t.ctx, u.ID, another, ""))
			t.owns(u.ID, another)
		}
	})
	s.test("another user's number is ErrPhoneTaken, and nothing changes", func(t *trial) {
		u, owner, third := t.userWithPhone(), t.admit(t.newNewcomer()), t.userWithPhone()
		for _, from := range []string{"", u.ID, third.ID, id("user")} {
			t.want(t.SetPhone(t.ctx, u.ID, owner.Phone, from), login.ErrPhoneTaken)
			for _, before := range []login.User{u, owner, third} {
				same(t, t.userNow(before.ID), before)
				t.owns(before.ID, before.Phone)
			}
		}
	})
	s.test("the user from whom it is taken loses the number, and nothing else", func(t *trial) {
		u, owner := t.userWithPhone(), t.admit(t.newNewcomer())
		old := u.Phone
		u.Phone = owner.Phone
		u.Phone.VerifiedAt = t.now.Add(time.Minute)
		for range 2 { // the second time as a repeat
			t.must(t.SetPhone(t.ctx, u.ID, u.Phone, owner.ID))
			owner.Phone = login.Phone{}
			same(t, t.userNow(u.ID), u)
			same(t, t.userNow(owner.ID), owner)
			t.owns(u.ID, u.Phone)
			t.free(old)
		}
		t.ownsUnion(owner.ID, owner.Unions[0])
	})
	s.test("whoever has the number no more loses nothing", func(t *trial) {
		u, other, mine := t.user(), t.userWithPhone(), t.newPhone()
		for _, from := range []string{other.ID, id("user")} {
			t.must(t.SetPhone(t.ctx, u.ID, mine, from))
			t.owns(u.ID, mine)
			t.owns(other.ID, other.Phone)
		}
		t.must(t.SetPhone(t.ctx, u.ID, login.Phone{}, other.ID))
		t.owns(other.ID, other.Phone)
	})
	s.test("a user who does not exist is ErrUserNotFound, and nothing is stored", func(t *trial) {
		owner := t.userWithPhone()
		for _, p := range []login.Phone{t.newPhone(), {}, owner.Phone} {
			nobody := id("user")
			t.want(t.SetPhone(t.ctx, nobody, p, owner.ID), login.ErrUserNotFound)
			_, err := t.UserByID(t.ctx, nobody)
			t.want(err, login.ErrUserNotFound)
		}
		t.owns(owner.ID, owner.Phone)
	})
	s.test("the number of a deleted user is free", func(t *trial) {
		first, second := t.userWithPhone(), t.admit(t.newNewcomer())
		for _, u := range []login.User{first, second} {
			t.must(t.DeleteUser(t.ctx, u))
			t.free(u.Phone)
		}
		next, a := t.newUser(), t.newNewcomer()
		next.Phone, a.Newcomer.Phone = first.Phone, second.Phone
		t.must(t.add(next))
		t.admit(a)
		t.owns(next.ID, first.Phone)
		t.owns(a.Newcomer.ID, second.Phone)
	})
	s.test("a user whose number has changed since the read is not deleted: it is ErrUserChanged", func(t *trial) {
		for _, p := range []login.Phone{t.newPhone(), {}} {
			read := t.userWithPhone()
			t.must(t.SetPhone(t.ctx, read.ID, p, ""))
			t.want(t.DeleteUser(t.ctx, read), login.ErrUserChanged)
			now := read
			now.Phone = p
			same(t, t.userNow(read.ID), now)
			t.must(t.DeleteUser(t.ctx, now))
			t.nobody(now)
		}
		read := t.user()
		p := t.newPhone()
		t.must(t.SetPhone(t.ctx, read.ID, p, ""))
		t.want(t.DeleteUser(t.ctx, read), login.ErrUserChanged)
		t.owns(read.ID, p)
	})
	s.test("a user whose number was verified anew since the read is deleted", func(t *trial) {
		read := t.userWithPhone()
		anew := read.Phone
		anew.VerifiedAt = t.now.Add(time.Hour)
		t.must(t.SetPhone(t.ctx, read.ID, anew, ""))
		t.must(t.DeleteUser(t.ctx, read))
		t.nobody(read)
	})
	s.test("what is done to a user leaves number, unionids and registration as they were", func(t *trial) {
		a := t.newNewcomer()
		u := t.admit(a)
		u.Epoch = id("epoch")
		t.must(t.LogoutUser(t.ctx, u.ID, u.Epoch))
		same(t, t.userNow(u.ID), u)
		u.Epoch, u.Disabled = id("epoch"), true
		t.must(t.DisableUser(t.ctx, u.ID, u.Epoch))
		same(t, t.userNow(u.ID), u)
		u.Disabled = false
		t.must(t.EnableUser(t.ctx, u.ID))
		p := newPassword("hash-1")
		u.Epoch, u.PasswordID = id("epoch"), p.ID
		t.must(t.ReplacePassword(t.ctx, u.ID, "", p, u.Epoch))
		same(t, t.userNow(u.ID), u)
		profile := t.newProfile()
		profile.ID = u.ID
		u = described(u, profile)
		for range 2 {
			got, err := t.RefreshUser(t.ctx, profile)
			t.must(err)
			same(t, got, u)
			got, err = t.EnrollUser(t.ctx, profile, t.now, id("epoch"))
			t.must(err)
			same(t, got, u)
		}
		t.must(t.Unbind(t.ctx, a.Binding, false))
		u.Apps = map[string]login.UserApp{}
		same(t, t.userNow(u.ID), u)
		t.owns(u.ID, u.Phone)
		t.ownsUnion(u.ID, u.Unions[0])
	})
}
