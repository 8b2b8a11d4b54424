package login

import (
	"crypto/rand"
	"strings"
	"time"
)

// Config holds what a Service needs. Store is required. The other fields may be nil if no method
// that needs them is called.
type Config struct {
	Store Store
	// Secrets and WeChat are needed to exchange a code.
	Secrets Secrets
	WeChat  WeChat
	// UnknownAppIsDefault takes a code with an appId that is not configured for one of the mini-program in the Referer, or of the
	// default one. Otherwise it is refused.
	UnknownAppIsDefault bool
	// Services is for AuthenticateService.
	Services Services
	// Hasher and Username are for Bind; with a Directory it needs no Hasher. Username folds a username
	// into the form in which it is stored and counted. Errors: UsernameMissing, UsernameInvalid.
	Hasher   Hasher
	Username func(raw string) (string, error)
	// PasswordPolicy says what is wrong with a new password for the user with a folded username. Errors: those
	// of CheckPassword, and others for a password that is too easily guessed.
	PasswordPolicy func(password Hidden, username string) error
	// Pushes is for Push, and Data for Decrypt.
	Pushes Pushes
	Data   DataOpener
	// CheckSession asks WeChat whether a session_key is still good before data is opened with it.
	CheckSession bool
	// AvatarHosts are the hosts of which a user's avatar may be, in lower case; with none, no avatar can be set.
	AvatarHosts []string
	// Directory has the platform's own users; nil means that wxbind keeps the users.
	Directory Directory
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Service logs people in and recognizes them by their tokens. It is safe for concurrent use. Its only
// state is three caches, a meter, who writes which counter just now, and when the secret was last searched.
type Service struct {
	Config
	menus menuCache
	kinds kindCache
	users userSource
	lanes lanes
	// tokens are the access_tokens for calls to WeChat.
	tokens tokenCache
	junk   *junkMeter
	search appSearch
}

// New makes a Service.
func New(c Config) *Service {
	if c.Now == nil {
		c.Now = time.Now
	}
	s := &Service{Config: c, menus: menuCache{roles: c.Store, now: c.Now}, kinds: kindCache{source: c.Store, now: c.Now}, junk: newJunkMeter(c.Now)}
	s.users = storedUsers{s}
	if c.Directory != nil {
		s.users = directoryUsers{s}
	}
	return s
}

// clock is the time now at the precision of the stores, so that a time that is read back equals the
// one that was written.
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

// NewID makes an id of 130 random bits from the characters a-z and 2-7.
func NewID() string {
	return strings.ToLower(rand.Text())
}
