package login

import (
	"crypto/rand"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"
	"time"
)

// Config holds what a Service needs. Store is required; the rest is by what the
// service is asked to do.
type Config struct {
	Store Store
	// Secrets and WeChat are for all that begins with a code; Introspect needs Secrets alone.
	Secrets Secrets
	WeChat  WeChat
	// Hasher and Username are for Bind. Username brings a username into the one form in
	// which it is stored and counted. Errors: UsernameMissing, UsernameInvalid.
	Hasher   Hasher
	Username func(raw string) (string, error)
	// Directory is the platform's own users; nil means that wxbind keeps the users.
	Directory Directory
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Service logs people in and knows them again. It is safe for concurrent use and
// keeps no state but two caches.
type Service struct {
	Config
	menus  menuCache
	kinds  kindCache
	people people
}

// New makes a Service.
func New(c Config) *Service {
	if c.Now == nil {
		c.Now = time.Now
	}
	s := &Service{Config: c, menus: menuCache{roles: c.Store, now: c.Now}, kinds: kindCache{source: c.Store, now: c.Now}}
	s.people = own{s}
	if c.Directory != nil {
		s.people = elsewhere{s}
	}
	return s
}

// clock is now at the precision of the stores, so that what was written compares
// equal to what is read.
func (s *Service) clock() time.Time {
	return clockOf(s.Now)
}

func clockOf(now func() time.Time) time.Time {
	if now == nil {
		now = time.Now
	}
	return now().UTC().Truncate(time.Millisecond)
}

// newID makes an id of 130 random bits over a-z2-7.
func newID() string {
	return strings.ToLower(rand.Text())
}

// together runs the steps at the same time, waits for all, and gives their
// errors in the order of the steps. One round trip to the stores is one call. A
// step that panics gives the only error: nobody could recover for it elsewhere.
func together(steps ...func() error) error {
	errs, panics := make([]error, len(steps)), make([]error, len(steps))
	var wg sync.WaitGroup
	for i, step := range steps {
		wg.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					panics[i] = Panicked(p)
				}
			}()
			errs[i] = step()
		})
	}
	wg.Wait()
	if err := errors.Join(panics...); err != nil {
		return err
	}
	return errors.Join(errs...)
}

// Panicked makes an error of what recover gave: its type and the stack, and not
// its value, which may quote what it choked on.
func Panicked(p any) error {
	return fmt.Errorf("panic of type %T at %s", p, debug.Stack())
}
