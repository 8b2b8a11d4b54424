package login_test

import (
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

func TestSessionDead(t *testing.T) {
	born := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		change func(s *login.Session, u *login.User)
		age    time.Duration
		want   login.Code
	}{
		"alive":                           {func(*login.Session, *login.User) {}, time.Hour, ""},
		"alive in its last moment":        {func(*login.Session, *login.User) {}, login.IdleLife - time.Millisecond, ""},
		"idle":                            {func(*login.Session, *login.User) {}, login.IdleLife, login.SessionExpired},
		"used, and too old":               {func(s *login.Session, _ *login.User) { s.IdleEnd = born.Add(2 * login.AbsoluteLife) }, login.AbsoluteLife, login.SessionExpired},
		"ended":                           {func(s *login.Session, _ *login.User) { s.EndedReason = login.SessionReplaced }, time.Hour, login.SessionReplaced},
		"ended, and tells why for ever":   {func(s *login.Session, _ *login.User) { s.EndedReason = login.SessionReplaced }, login.AbsoluteLife, login.SessionReplaced},
		"user disabled":                   {func(_ *login.Session, u *login.User) { u.Disabled = true }, time.Hour, login.UserDisabled},
		"the user has a new epoch":        {func(_ *login.Session, u *login.User) { u.Epoch = "e2" }, time.Hour, login.SessionRevoked},
		"the user has none":               {func(_ *login.Session, u *login.User) { u.Epoch = "" }, time.Hour, login.SessionRevoked},
		"disabled, with a new epoch":      {func(_ *login.Session, u *login.User) { u.Disabled, u.Epoch = true, "e2" }, time.Hour, login.UserDisabled},
		"begun long after the user's end": {func(s *login.Session, u *login.User) { s.CreatedAt, u.Epoch = born.Add(time.Hour), "e2" }, time.Hour, login.SessionRevoked},
		"binding removed":                 {func(_ *login.Session, u *login.User) { delete(u.Apps, "wx1") }, time.Hour, login.BindingRemoved},
		"bound anew":                      {func(_ *login.Session, u *login.User) { u.Apps["wx1"] = login.UserApp{BindingID: "b2"} }, time.Hour, login.BindingRemoved},
		"bound in another app only":       {func(s *login.Session, _ *login.User) { s.AppID = "wx2" }, time.Hour, login.BindingRemoved},
	} {
		t.Run(name, func(t *testing.T) {
			s := login.Session{
				UserID: "u", AppID: "wx1", BindingID: "b1", Epoch: "e1", CreatedAt: born,
				IdleEnd: born.Add(login.IdleLife), AbsoluteEnd: born.Add(login.AbsoluteLife),
			}
			u := login.User{ID: "u", Epoch: "e1", Apps: map[string]login.UserApp{"wx1": {OpenID: "o", BindingID: "b1"}}}
			c.change(&s, &u)
			if got := s.Dead(u, born.Add(c.age)); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
