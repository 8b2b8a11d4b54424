package password

import (
	"errors"
	"strings"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// verifier is a stored hash of either algorithm, or a decoy.
type verifier interface {
	verify(password login.Hidden) (ok, outdated bool)
	// kind is as in login.Hasher.
	kind() string
	// tooWeak returns login.ErrHashTooWeak with what would be enough, or nil.
	tooWeak() error
	// effort is how long verify takes on one core of a usual server.
	effort() time.Duration
}

const argon2idPrefix = "$argon2id$"

// maxHash is far longer than any hash that is accepted, in bytes.
const maxHash = 512

// parse reads a stored hash. Its errors never quote it.
func parse(hash login.Hidden) (verifier, error) {
	text := string(hash)
	switch {
	case text == "":
		return nil, errors.New("password: the hash is empty")
	case len(text) > maxHash:
		return nil, errors.New("password: the hash is too long")
	case strings.HasPrefix(text, argon2idPrefix):
		return parseArgon2id(text)
	case strings.HasPrefix(text, "$2"):
		return parseBcrypt(text)
	}
	return nil, errors.New("password: the hash is neither argon2id ($argon2id$…) nor bcrypt ($2a$, $2b$, $2y$)")
}
