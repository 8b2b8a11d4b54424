package login

import (
	"crypto/rand"
	"errors"
	"strings"
	"sync"
	"time"
)

// Config holds what a Service needs. Every port is required.
type Config struct {
	WeChat    WeChat
	Secrets   Secrets
	Bindings  Bindings
	Sessions  Sessions
	Users     Users
	UserAdmin UserAdmin
	Ephemeral Ephemeral
	Hasher    Hasher
	// Username brings a username into the one form in which it is stored and
	// counted. Errors: UsernameMissing, UsernameInvalid.
	Username func(raw string) (string, error)
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Service logs people in. It is safe for concurrent use and keeps no state but a
// cache of menus.
type Service struct {
	Config
	menus menuCache
}

// New makes a Service.
func New(c Config) *Service {
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Service{Config: c, menus: menuCache{users: c.Users, now: c.Now}}
}

// clock is now at the precision of the stores, so that what was written compares
// equal to what is read.
func (s *Service) clock() time.Time {
	return s.Now().UTC().Truncate(time.Millisecond)
}

// newID makes an id of 130 random bits over a-z2-7.
func newID() string {
	return strings.ToLower(rand.Text())
}

// together runs the steps at the same time, waits for all, and gives their
// errors in the order of the steps. One round trip to the stores is one call.
func together(steps ...func() error) error {
	errs := make([]error, len(steps))
	var wg sync.WaitGroup
	for i, step := range steps[1:] {
		wg.Go(func() { errs[i+1] = step() })
	}
	errs[0] = steps[0]()
	wg.Wait()
	return errors.Join(errs...)
}
