package logintest

import (
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/passwordpolicy"
)

// RunEpochs tests logins, and what ends all sessions, at the same time on one store.
func RunEpochs(t *testing.T, store login.AdminStore) {
	t.Run("no session of before a ban lives when the user is enabled", func(t *testing.T) { newCrowd(t, store).banned() })
	t.Run("no login after a logout of all is refused", func(t *testing.T) { newCrowd(t, store).loggedOut() })
	t.Run("no session of a bind with the old password lives", func(t *testing.T) { newCrowd(t, store).reset() })
}

const (
	crowdRounds = 5
	crowdSize   = 8
)

// crowd is one person who logs in from many devices at the same time.
type crowd struct {
	*testing.T
	*login.Service
	admin  *admin.Service
	name   string
	mu     sync.Mutex
	codes  int
	tokens []login.Hidden
}

// newCrowd makes a crowd whose user exists and is not bound.
func newCrowd(t *testing.T, store login.AdminStore) *crowd {
	c := Config(store)
	made := &crowd{T: t, Service: login.New(c), admin: &admin.Service{
		Store: store, Hasher: c.Hasher, Username: c.Username, PasswordPolicy: passwordpolicy.Check,
	}}
	made.join()
	return made
}

// join adds the person as a new user.
func (c *crowd) join() {
	c.Helper()
	c.name = strings.ToLower(rand.Text())
	if _, err := c.admin.Add(c.Context(), admin.NewUser{Username: c.name, Password: Password}); err != nil {
		c.Fatal(err)
	}
}

// code is a fresh code of the person.
func (c *crowd) code() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.codes++
	return fmt.Sprintf("%s-%d", c.name, c.codes)
}

func (c *crowd) bind() (*login.Login, error) {
	return c.Bind(c.Context(), Phone, login.BindRequest{Code: c.code(), Username: c.name, Password: Password})
}

func (c *crowd) mustBind() login.Hidden {
	c.Helper()
	opened, err := c.bind()
	if err != nil {
		c.Fatal(err)
	}
	return opened.Token
}

// enter logs in once and keeps the token, if it gets one.
func (c *crowd) enter() error {
	checked, err := c.Check(c.Context(), Phone, c.code())
	if err == nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.tokens = append(c.tokens, checked.Login.Token)
	}
	return err
}

// given are the tokens that were given away so far.
func (c *crowd) given() []login.Hidden {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]login.Hidden{}, c.tokens...)
}

func (c *crowd) banned() {
	c.mustBind()
	for range crowdRounds {
		var logins sync.WaitGroup
		for range crowdSize {
			logins.Go(func() {
				for range 3 {
					if err := c.enter(); err != nil && !errors.Is(err, login.UserDisabled) && !errors.Is(err, login.SessionRevoked) {
						c.Error(err)
					}
				}
			})
		}
		if err := c.admin.Disable(c.Context(), c.name); err != nil {
			c.Error(err)
		}
		before := c.given()
		if err := c.admin.Enable(c.Context(), c.name); err != nil {
			c.Error(err)
		}
		logins.Wait()
		c.dead(before)
	}
	if err := c.enter(); err != nil {
		c.Errorf("afterwards: %v", err)
	}
}

func (c *crowd) loggedOut() {
	c.mustBind()
	for range crowdRounds * crowdSize {
		if err := c.enter(); err != nil {
			c.Fatalf("a login after the logout: %v", err)
		}
		given := c.given()
		visitor, err := c.Verify(c.Context(), given[len(given)-1])
		if err != nil {
			c.Fatal(err)
		}
		if err := c.Logout(c.Context(), visitor, true); err != nil {
			c.Fatal(err)
		}
		c.dead(given)
	}
}

func (c *crowd) reset() {
	for range crowdRounds {
		c.join()
		var binds sync.WaitGroup
		var opened *login.Login
		var bound error
		binds.Go(func() { opened, bound = c.bind() })
		if err := c.admin.SetPassword(c.Context(), c.name, "another password"); err != nil {
			c.Error(err)
		}
		binds.Wait()
		switch {
		case bound == nil:
			c.dead([]login.Hidden{opened.Token})
		case !errors.Is(bound, login.SessionRevoked) && !errors.Is(bound, login.InvalidCredentials):
			c.Error(bound)
		}
		if _, err := c.bind(); !errors.Is(err, login.InvalidCredentials) {
			c.Errorf("the old password: %v", err)
		}
	}
}

// dead fails the test if one of the tokens has a live session.
func (c *crowd) dead(tokens []login.Hidden) {
	c.Helper()
	for _, token := range tokens {
		_, err := c.Verify(c.Context(), token)
		if !login.AsError(err).Code.EndsSession() {
			c.Fatalf("a token of before lives: %v", err)
		}
	}
}
