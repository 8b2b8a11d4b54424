package login_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// The directory has vouched for alice, or is about to; then she deletes her
// account, and only then does her bind go on.
func TestBindUnderWayDoesNotBringADirectorysUserBack(t *testing.T) {
	for name, hold := range map[string]func(e *directoryWorld, once func() error){
		"while the directory is asked": func(e *directoryWorld, once func() error) {
			e.directory.before = func(op string) error {
				if op == "Authenticate" {
					return once()
				}
				return nil
			}
		},
		"before the user is stored": func(e *directoryWorld, once func() error) {
			e.DB.Do(func(op string) error {
				if op == "EnrollUser" {
					return once()
				}
				return nil
			})
		},
		"before the bind": func(e *directoryWorld, once func() error) {
			e.DB.Do(func(op string) error {
				if op == "Bind" {
					return once()
				}
				return nil
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := newDirectoryWorld(t)
				v := e.Visit(e.in("alice-1"))
				deleted := false
				hold(e, func() error {
					if deleted {
						return nil
					}
					deleted = true
					e.Pass(time.Second)
					return e.Delete(t.Context(), phone, v, "alice-2")
				})
				opened, err := e.BindUser("alice-3", "alice", password)
				if err == nil || !deleted {
					t.Errorf("logged in as %+v", opened)
				}
				if u, err := e.DB.Memory.UserByID(t.Context(), alice.ID); !errors.Is(err, login.ErrUserNotFound) {
					t.Errorf("she is back: %+v, %v", u, err)
				}
				if left, err := e.DB.Memory.SessionsOfUser(t.Context(), alice.ID); err != nil || len(left) != 0 {
					t.Errorf("%d sessions are left, %v", len(left), err)
				}
				// What she begins afterwards counts.
				e.Pass(time.Second)
				if _, err := e.BindUser("alice-4", "alice", password); err != nil {
					t.Errorf("she cannot come again: %v", err)
				}
			})
		})
	}
}

// The first request died; then alice deleted her account; then the repeat came.
func TestRepeatedBindDoesNotBringADirectorysUserBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newDirectoryWorld(t)
		v := e.Visit(e.in("alice-1"))
		e.DB.Do(func(op string) error {
			if op == "EnrollUser" || op == "Bind" {
				return login.Unavailable(errors.New("the process is dead"))
			}
			return nil
		})
		if _, err := e.BindUser("alice-3", "alice", password); !errors.Is(err, login.StoreUnavailable) {
			t.Fatal(err)
		}
		e.DB.Do(nil)
		e.Pass(time.Second)
		if err := e.Delete(t.Context(), phone, v, "alice-2"); err != nil {
			t.Fatal(err)
		}
		e.Pass(time.Second)
		if _, err := e.BindUser("alice-3", "alice", password); !errors.Is(err, login.SessionRevoked) {
			t.Errorf("got %v", err)
		}
		if u, err := e.DB.Memory.UserByID(t.Context(), alice.ID); !errors.Is(err, login.ErrUserNotFound) {
			t.Errorf("she is back: %+v, %v", u, err)
		}
	})
}

func TestBindDoesNotCountWhereDeparturesCannotBeRead(t *testing.T) {
	e := newDirectoryWorld(t)
	e.DB.Do(func(op string) error {
		if op == "LoadRecord" {
			return login.Unavailable(errors.New("down"))
		}
		return nil
	})
	if _, err := e.BindUser("alice-1", "alice", password); !errors.Is(err, login.StoreUnavailable) {
		t.Errorf("got %v", err)
	}
}

// The directory has vouched for alice. Then it bans her, another login hears of it, and only then does her bind in a second
// mini-program go on.
func TestBindUnderWayDuringABanBindsNobody(t *testing.T) {
	for _, op := range []string{"EnrollUser", "Bind"} {
		t.Run("before "+op, func(t *testing.T) {
			e := newDirectoryWorld(t)
			e.in("alice-1")
			banned := alice
			banned.Disabled = true
			done := false
			e.DB.Do(func(called string) error {
				if called != op || done {
					return nil
				}
				done = true
				e.directory.set(banned)
				if _, err := e.CheckCode("alice-2"); !errors.Is(err, login.UserDisabled) {
					t.Errorf("the other login: %v", err)
				}
				e.directory.set(alice)
				return nil
			})
			second := login.Caller{Address: phone.Address, AppID: "wxtwo"}
			_, err := e.Bind(t.Context(), second, login.BindRequest{Code: "alice-3", Username: "alice", Password: password})
			if !errors.Is(err, login.SessionRevoked) || !done {
				t.Errorf("got %v", err)
			}
		})
	}
}
