package login

import (
	"crypto/rand"
	"strings"
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
	menus menuCache
	kinds kindCache
	users userSource
}

// New makes a Service.
func New(c Config) *Service {
	if c.Now == nil {
		c.Now = time.Now
	}
	s := &Service{Config: c, menus: menuCache{roles: c.Store, now: c.Now}, kinds: kindCache{source: c.Store, now: c.Now}}
	s.users = storedUsers{s}
	if c.Directory != nil {
		s.users = directoryUsers{s}
	}
	return s
}

// clock is now at the precision of the stores, so that what was written compares
// equal to what is read.
func (s *Service) clock() time.Time {
	return Clock(s.Now)
}

// Clock reads a clock at the precision of the stores; nil means time.Now.
func Clock(now func() time.Time) time.Time {
	if now == nil {
		now = time.Now
	}
	return now().UTC().Truncate(time.Millisecond)
}

// NewID makes an id of 130 random bits over a-z2-7.
func NewID() string {
	return strings.ToLower(rand.Text())
}
