package password

import (
	"crypto/pbkdf2"
	"crypto/sha1" //nolint:gosec // platforms have such hashes
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"strconv"
	"strings"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// maxRounds bounds the work of a PBKDF2 hash: 1,200,000 rounds take as long as bcrypt of cost 12 on a processor with
// instructions for SHA. It is Django 6.0's default.
const maxRounds = 1_200_000

// minRounds is the lowest bound of a kind: all hashes of fewer rounds are one kind.
const minRounds = maxRounds >> 7

// minIterations is the least of a hash with SHA-256 that is imported (OWASP Password Storage Cheat Sheet). With SHA-1 it is
// 1,300,000, which maxRounds does not admit.
const minIterations = 600_000

var paddedBase64 = base64.StdEncoding.Strict()

// prf is a hash function that PBKDF2 is used with.
type prf struct {
	name string
	size int
	new  func() hash.Hash
}

var (
	withSHA256 = &prf{"sha256", sha256.Size, sha256.New}
	withSHA1   = &prf{"sha1", sha1.Size, sha1.New}
)

// pbkdf2Hash is a hash of RFC 8018, section 5.2.
type pbkdf2Hash struct {
	*prf
	iterations int
	salt       []byte
	key        []byte
}

// rounds is the work: the iterations of each block of the key.
func (h *pbkdf2Hash) rounds() int { return h.iterations * ((len(h.key) + h.size - 1) / h.size) }

// bound is the number of rounds that a wrong password costs: those of the hash, rounded up to maxRounds halved some times.
// Platforms raise their iterations from year to year, and so their hashes are of a few kinds, not of one a year.
func (h *pbkdf2Hash) bound() int {
	bound := maxRounds
	for bound/2 >= max(h.rounds(), minRounds) {
		bound /= 2
	}
	return bound
}

// verify calls every PBKDF2 hash outdated. After a wrong password it goes on to the bound.
func (h *pbkdf2Hash) verify(password login.Hidden) (ok, outdated bool) {
	if subtle.ConstantTimeCompare(h.derive(password, h.iterations, len(h.key)), h.key) == 1 {
		return true, true
	}
	if rest := h.bound() - h.rounds(); rest > 0 {
		h.derive(password, rest, h.size)
	}
	return false, true
}

func (h *pbkdf2Hash) derive(password login.Hidden, iterations, length int) []byte {
	key, err := pbkdf2.Key(h.new, string(password), h.salt, iterations, length)
	if err != nil {
		return nil // in FIPS 140-only mode. It matches nothing
	}
	return key
}

// tooWeak is as in verifier.
func (h *pbkdf2Hash) tooWeak() error {
	if h.prf == withSHA1 {
		return fmt.Errorf("%w: PBKDF2 must be with SHA-256", login.ErrHashTooWeak)
	}
	if h.iterations < minIterations {
		return fmt.Errorf("%w: PBKDF2 must have at least %d iterations", login.ErrHashTooWeak, minIterations)
	}
	return nil
}

func (h *pbkdf2Hash) kind() string { return h.kindPrefix() + strconv.Itoa(h.bound()) }

func (f *prf) kindPrefix() string { return "pbkdf2-" + f.name + " " }

// effort is 20 ms for 100,000 rounds.
func (h *pbkdf2Hash) effort() time.Duration { return time.Duration(h.bound()) * 200 * time.Nanosecond }

// decoy is a hash whose password nobody knows, with a bound as pbkdf2Hash.kind writes it.
func (f *prf) decoy(bound string) (*pbkdf2Hash, error) {
	n, err := decimal(bound, minRounds, maxRounds)
	h := &pbkdf2Hash{f, n, make([]byte, saltLen), make([]byte, f.size)}
	if err != nil || h.bound() != n {
		return nil, fmt.Errorf("password: the rounds of PBKDF2 must be %d, halved up to seven times", maxRounds)
	}
	return h, nil
}

// parseDjangoPBKDF2 reads what follows pbkdf2_sha256$ or pbkdf2_sha1$: iterations$salt$key, the salt as it is and the key in
// base64.
func (f *prf) parseDjangoPBKDF2(text string) (verifier, error) {
	fields := strings.Split(text, "$")
	if len(fields) != 3 {
		return nil, fmt.Errorf("password: Django's PBKDF2 hash must be pbkdf2_%s$iterations$salt$key", f.name)
	}
	iterations, err := decimal(fields[0], 1, maxRounds)
	if err != nil {
		return nil, fmt.Errorf("password: PBKDF2's iterations must be a number from 1 to %d", maxRounds)
	}
	if err := plainSalt(fields[1]); err != nil {
		return nil, err
	}
	key, err := blob(paddedBase64, fields[2], "key", f.size, f.size)
	if err != nil {
		return nil, err
	}
	return &pbkdf2Hash{f, iterations, []byte(fields[1]), key}, nil
}

// springPBKDF2 is what Spring Security leaves out of a hash. There is no further secret.
type springPBKDF2 struct {
	*prf
	iterations, saltLen int
}

// parse reads salt and key, of 32 bytes, in hexadecimal.
func (s *springPBKDF2) parse(text string) (verifier, error) {
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != s.saltLen+keyLen {
		return nil, fmt.Errorf("password: Spring's PBKDF2 hash must be %d bytes in hexadecimal", s.saltLen+keyLen)
	}
	return &pbkdf2Hash{s.prf, s.iterations, raw[:s.saltLen], raw[s.saltLen:]}, nil
}

// decimal reads a number without a sign or leading zeros.
func decimal(text string, least, most int) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || strconv.Itoa(n) != text || n < least || n > most {
		return 0, errors.New("password: not a number within its limits")
	}
	return n, nil
}

// plainSalt checks a salt that a hash has as it is.
func plainSalt(salt string) error {
	if salt == "" || len(salt) > maxSaltLen {
		return fmt.Errorf("password: the salt must be 1 to %d bytes", maxSaltLen)
	}
	return nil
}
