package storetest

import (
	"strings"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// bindings tests TouchBinding and BindingByOpenID.
func bindings(s *suite) {
	s.test("a touch records the login and returns the updated binding", func(t *trial) {
		_, b, _ := t.bound()
		b.UnionID, b.SealedKey, b.LastLoginAt = id("unionid"), "2.sealed", t.now.Add(1234*time.Millisecond)
		touch := login.Touch{AppID: app, OpenID: b.OpenID, UnionID: b.UnionID, SealedKey: b.SealedKey, At: b.LastLoginAt}
		got, err := t.TouchBinding(t.ctx, touch)
		t.must(err)
		same(t, got, b)
		got, err = t.bindingNow(b)
		t.must(err)
		same(t, got, b)
	})
	s.test("a touch that is older than the last login changes nothing", func(t *trial) {
		_, b, _ := t.bound()
		b.SealedKey, b.LastLoginAt = "2.newest", t.now.Add(time.Minute)
		_, err := t.TouchBinding(t.ctx, login.Touch{AppID: app, OpenID: b.OpenID, SealedKey: b.SealedKey, At: b.LastLoginAt})
		t.must(err)
		late := login.Touch{AppID: app, OpenID: b.OpenID, UnionID: id("unionid"), SealedKey: "2.older", At: b.LastLoginAt.Add(-time.Millisecond)}
		got, err := t.TouchBinding(t.ctx, late)
		t.must(err)
		same(t, got, b)
	})
	s.test("a touch without a unionid keeps the one that is stored", func(t *trial) {
		_, b, _ := t.bound()
		got, err := t.TouchBinding(t.ctx, login.Touch{AppID: app, OpenID: b.OpenID, SealedKey: "2.sealed", At: t.now})
		t.must(err)
		b.SealedKey = "2.sealed"
		same(t, got, b)
	})
	s.test("a touch adds a unionid to a binding that had none", func(t *trial) {
		b := t.newBinding(t.user(), app)
		b.UnionID = ""
		t.bind(b)
		got, err := t.bindingNow(b)
		t.must(err)
		same(t, got, b)
		b.UnionID = id("unionid")
		got, err = t.TouchBinding(t.ctx, login.Touch{AppID: app, OpenID: b.OpenID, UnionID: b.UnionID, SealedKey: b.SealedKey, At: t.now})
		t.must(err)
		same(t, got, b)
	})
	s.test("a touch creates no binding", func(t *trial) {
		b := t.newBinding(t.user(), app)
		for range 2 {
			_, err := t.touch(b)
			t.want(err, login.ErrBindingNotFound)
		}
		t.inStep(b)
	})
	s.test("a touch brings no binding back", func(t *trial) {
		_, b, _ := t.bound()
		t.must(t.Unbind(t.ctx, b, false))
		for range 2 {
			_, err := t.touch(b)
			t.want(err, login.ErrBindingNotFound)
		}
		t.inStep(b)
	})
	s.test("an epoch is noted in the binding, and nothing else changes", func(t *trial) {
		u, b, session := t.bound()
		for _, epoch := range []string{id("epoch"), u.Epoch} { // ahead of the user, as after a restore, and back
			b.Epoch = epoch
			t.must(t.NoteEpoch(t.ctx, b, epoch))
			got, err := t.bindingNow(b)
			t.must(err)
			same(t, got, b)
			got, err = t.touch(b)
			t.must(err)
			same(t, got, b)
		}
		if t.userNow(u.ID).Epoch != u.Epoch || t.dead(session) != "" {
			t.Fatal("the user has another epoch, or the session is dead")
		}
	})
	s.test("an epoch is noted in no other binding of the identity", func(t *trial) {
		u, old, _ := t.bound()
		t.must(t.Unbind(t.ctx, old, false))
		t.want(t.NoteEpoch(t.ctx, old, id("epoch")), login.ErrBindingNotFound)
		t.unbound(old)
		again, theirs := old, t.newBinding(t.user(), app)
		again.ID = id("binding")
		t.bind(again)
		theirs.ID, theirs.OpenID = again.ID, again.OpenID
		for _, wrong := range []login.Binding{old, theirs} {
			t.want(t.NoteEpoch(t.ctx, wrong, id("epoch")), login.ErrBindingNotFound)
		}
		got, err := t.bindingNow(again)
		t.must(err)
		if got.Epoch != u.Epoch {
			t.Fatalf("the epoch is %q", got.Epoch)
		}
	})
	s.test("a binding is read by its identity, and reading records no login", func(t *trial) {
		_, b, _ := t.bound()
		t.bound()
		for range 2 {
			got, err := t.BindingByOpenID(t.ctx, app, b.OpenID)
			t.must(err)
			same(t, got, b)
		}
	})
	s.test("openids that differ only in case are different", func(t *trial) {
		lower, upper := t.newBinding(t.user(), app), t.newBinding(t.user(), app)
		lower.OpenID, upper.OpenID = strings.ToLower(lower.OpenID), strings.ToUpper(lower.OpenID)
		t.bind(lower)
		_, err := t.touch(upper)
		t.want(err, login.ErrBindingNotFound)
		_, err = t.bindingNow(upper)
		t.want(err, login.ErrBindingNotFound)
		t.bind(upper)
		for _, b := range []login.Binding{lower, upper} {
			got, err := t.bindingNow(b)
			t.must(err)
			same(t, got, b)
		}
	})
	s.test("an openid belongs to its app", func(t *trial) {
		_, b, _ := t.bound()
		b.AppID = otherApp
		_, err := t.touch(b)
		t.want(err, login.ErrBindingNotFound)
		_, err = t.bindingNow(b)
		t.want(err, login.ErrBindingNotFound)
		t.want(t.Unbind(t.ctx, b, false), login.ErrBindingNotFound)
	})
}
