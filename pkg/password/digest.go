package password

import (
	"crypto/md5"  //nolint:gosec // platforms have such hashes
	"crypto/sha1" //nolint:gosec // as above
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// digestFunction is a hash function that platforms have used for passwords, though it is none for them.
type digestFunction struct {
	name string
	size int
	new  func() hash.Hash
}

var digestFunctions = []*digestFunction{
	{"md5", md5.Size, md5.New},
	{"sha1", sha1.Size, sha1.New},
	{"sha256", sha256.Size, sha256.New},
}

// digest is the hash of a password and a salt.
type digest struct {
	*digestFunction
	before, after string
	sum           []byte
}

// verify calls every digest outdated.
func (d *digest) verify(password login.Hidden) (ok, outdated bool) {
	h := d.new()
	h.Write([]byte(d.before + string(password) + d.after))
	return subtle.ConstantTimeCompare(h.Sum(nil), d.sum) == 1, true
}

// tooWeak is as in verifier.
func (d *digest) tooWeak() error {
	return fmt.Errorf("%w: one round of %s can be tried a billion times a second", login.ErrHashTooWeak, d.name)
}

func (d *digest) kind() string { return d.name }

func (d *digest) effort() time.Duration { return time.Microsecond }

// decoy is a digest whose password nobody knows.
func (f *digestFunction) decoy() *digest {
	return &digest{digestFunction: f, after: strings.Repeat(".", saltLen), sum: make([]byte, f.size)}
}

// parseDjangoDigest reads what follows md5$ or sha1$: salt$sum. The salt stands before the password.
func (f *digestFunction) parseDjangoDigest(text string) (verifier, error) {
	salt, sum, ok := strings.Cut(text, "$")
	if !ok {
		return nil, fmt.Errorf("password: Django's hash must be %s$salt$sum", f.name)
	}
	return f.parse(salt, sum, &digest{before: salt})
}

// parseSpringDigest reads what follows {MD5}, {SHA-1} or {SHA-256}: {salt}sum. The salt stands after the password, with its
// braces.
func (f *digestFunction) parseSpringDigest(text string) (verifier, error) {
	salt, sum, ok := strings.Cut(strings.TrimPrefix(text, "{"), "}")
	if !ok || !strings.HasPrefix(text, "{") {
		return nil, fmt.Errorf("password: Spring's %s hash must have a salt: {salt}sum", f.name)
	}
	return f.parse(salt, sum, &digest{after: "{" + salt + "}"})
}

// parse completes a digest with a salt and a sum in hexadecimal.
func (f *digestFunction) parse(salt, sum string, d *digest) (verifier, error) {
	if err := plainSalt(salt); err != nil {
		return nil, err
	}
	raw, err := hex.DecodeString(sum)
	if err != nil || len(raw) != f.size {
		return nil, fmt.Errorf("password: the sum of %s must be %d bytes in hexadecimal", f.name, f.size)
	}
	d.digestFunction, d.sum = f, raw
	return d, nil
}
