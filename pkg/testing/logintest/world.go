package logintest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/passwordpolicy"
	"github.com/wxbind/wxbind/pkg/storetest"
)

// World is a service on in-memory ports, with a clock that tests set.
type World struct {
	*testing.T
	*login.Service
	DB           *Store
	WeChatDouble *WeChat
	Vault        *Secrets
	Plain        *Hasher
	now          time.Time
	mu           sync.Mutex
}

// NewWorld makes a World without users.
func NewWorld(t *testing.T) *World {
	w := &World{
		T:            t,
		DB:           &Store{Memory: &storetest.Memory{}},
		WeChatDouble: &WeChat{},
		Vault:        &Secrets{Held: SecretWith("1")},
		Plain:        &Hasher{},
		now:          time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC),
	}
	w.WeChatDouble.Now, w.DB.Now = w.Clock, w.Clock
	c := Config(w.DB)
	c.WeChat, c.Secrets, c.Hasher, c.Now = w.WeChatDouble, w.Vault, w.Plain, w.Clock
	w.Service = login.New(c)
	return w
}

func (w *World) Clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *World) Pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// AddUser adds a user with the password above.
func (w *World) AddUser(name string) login.User {
	w.Helper()
	p := login.NewPassword(login.Hidden("plain:" + Password))
	u := login.User{
		ID: "u-" + name, Username: name, Name: name, PasswordID: p.ID,
		Epoch: login.NewID(), CreatedAt: w.Clock(), Apps: map[string]login.UserApp{},
	}
	if err := w.DB.AddUser(w.Context(), u, p); err != nil {
		w.Fatal(err)
	}
	return u
}

func (w *World) CheckCode(code string) (login.Checked, error) {
	return w.Check(w.Context(), Phone, code)
}

func (w *World) BindUser(code, username, password string) (*login.Login, error) {
	caller := Phone
	caller.Request = login.Hidden(username + "\n" + password)
	return w.Bind(w.Context(), caller, login.BindRequest{Code: code, Username: username, Password: login.Hidden(password)})
}

// Admin is an administrator on the same store.
func (w *World) Admin() *admin.Service {
	return &admin.Service{Store: w.DB, Hasher: w.Plain, Username: Fold, PasswordPolicy: passwordpolicy.Check, Now: w.Clock, Secret: w.Vault.Secret}
}

// Bound adds a user and binds the person who holds code to them.
func (w *World) Bound(code, username string) login.User {
	w.Helper()
	u := w.AddUser(username)
	if _, err := w.BindUser(code, username, Password); err != nil {
		w.Fatal(err)
	}
	return u
}

// Dead returns why the token's session is dead, or "" if it is live.
func (w *World) Dead(token login.Hidden) login.Code {
	w.Helper()
	t, err := login.ParseToken(string(token))
	if err != nil {
		w.Fatal(err)
	}
	session, user, err := w.DB.SessionWithUser(w.Context(), t.UserID, t.Hash())
	if err != nil {
		w.Fatal(err)
	}
	return session.Dead(user, w.Clock())
}

// Phone is where the requests of a World come from.
var Phone = login.Caller{Address: "192.0.2.1", Device: "iPhone"}

// Token logs in with a code and returns the token.
func (w *World) Token(code string) login.Hidden {
	w.Helper()
	return w.Checked(code).Login.Token
}

// Checked is what a successful checkBind returns.
func (w *World) Checked(code string) login.Checked {
	w.Helper()
	checked, err := w.CheckCode(code)
	if err != nil {
		w.Fatal(err)
	}
	return checked
}

// Visit verifies a token whose session must be live.
func (w *World) Visit(token login.Hidden) login.Visitor {
	w.Helper()
	v, err := w.Verify(w.Context(), token)
	if err != nil {
		w.Fatal(err)
	}
	return v
}

// Refused fails the test unless a token is refused for this reason.
func (w *World) Refused(token login.Hidden, why login.Code) {
	w.Helper()
	if _, err := w.Verify(w.Context(), token); !errors.Is(err, why) {
		w.Errorf("verified with %v, want %v", err, why)
	}
}

// Events returns the events that do adds to its trail.
func Events(t *testing.T, do func(context.Context)) []login.Event {
	trail := &login.Trail{}
	do(login.WithTrail(t.Context(), trail))
	return trail.Events
}

// OtherApp is the same person in the other mini-program.
var OtherApp = login.Caller{AppID: "wxtwo", Address: "192.0.2.1", Device: "iPad"}

// Gone fails the test if anything of the user is stored.
func (w *World) Gone(u login.User, openIDs ...string) {
	w.Helper()
	ctx := w.Context()
	if _, err := w.DB.Memory.UserByID(ctx, u.ID); !errors.Is(err, login.ErrUserNotFound) {
		w.Errorf("the user: %v", err)
	}
	if _, err := w.DB.Memory.UserIDByName(ctx, u.Username); !errors.Is(err, login.ErrUserNotFound) {
		w.Errorf("the username: %v", err)
	}
	for _, openID := range openIDs {
		for _, app := range []string{AppID, "wxtwo"} {
			if b, err := w.DB.Memory.BindingByOpenID(ctx, app, openID); !errors.Is(err, login.ErrBindingNotFound) && b.UserID == u.ID {
				w.Errorf("the binding of %s: %v", openID, err)
			}
		}
	}
	if left, err := w.DB.Memory.SessionsOfUser(ctx, u.ID); err != nil || len(left) != 0 {
		w.Errorf("%d sessions are left, %v", len(left), err)
	}
}

// TrailOf returns the trail that do leaves.
func (w *World) TrailOf(do func(context.Context)) *login.Trail {
	trail := &login.Trail{}
	do(login.WithTrail(w.Context(), trail))
	return trail
}
