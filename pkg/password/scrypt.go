package password

import (
	"cmp"
	"crypto/subtle"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/crypto/scrypt"

	"github.com/wxbind/wxbind/pkg/login"
)

const (
	// maxBlocks bounds n times r, which is the memory in units of 128 bytes: 64 MiB, as for argon2id.
	maxBlocks = 64 << 20 / 128
	// maxBlockWork bounds n times r times p, which determines the time: that of bcrypt of cost 12.
	maxBlockWork = 6 << 17
)

// scryptCost is what the work of an scrypt hash depends on, as RFC 7914 calls it.
type scryptCost struct{ n, r, p int }

// readScryptCost reads numbers. One that cannot be read is 0, which check refuses.
func readScryptCost(n, r, p string) (c scryptCost) {
	c.n, _ = decimal(n, 2, maxBlocks)
	c.r, _ = decimal(r, 1, maxBlocks)
	c.p, _ = decimal(p, 1, maxBlockWork)
	return c
}

// hash is a hash with this cost, a salt that was read with the error badSalt, and a key in base64.
func (c scryptCost) hash(salt []byte, badSalt error, key string) (verifier, error) {
	raw, err := blob(paddedBase64, key, "key", minKeyLen, maxKeyLen)
	return &scryptHash{c, salt, raw}, cmp.Or(c.check(), badSalt, err)
}

// check refuses what scrypt cannot compute, and work beyond the limits.
func (c scryptCost) check() error {
	if c.n < 2 || c.n&(c.n-1) != 0 || c.r < 1 || c.p < 1 ||
		c.n > maxBlocks || c.r > maxBlocks/c.n || c.p > maxBlockWork/(c.n*c.r) {
		return fmt.Errorf("password: scrypt's n must be a power of two, n*r at most %d, and n*r*p at most %d", maxBlocks, maxBlockWork)
	}
	return nil
}

// scryptHash is a hash of RFC 7914.
type scryptHash struct {
	scryptCost
	salt []byte
	key  []byte
}

// verify calls every scrypt hash outdated.
func (h *scryptHash) verify(password login.Hidden) (ok, outdated bool) {
	key, err := scrypt.Key([]byte(password), h.salt, h.n, h.r, h.p, len(h.key))
	return err == nil && subtle.ConstantTimeCompare(key, h.key) == 1, true
}

// leastParallel are the equally strong minimums of the OWASP Password Storage Cheat Sheet that the limits admit: how often a
// memory of n times r must be filled at least.
var leastParallel = []struct{ blocks, p int }{{1 << 18, 3}, {1 << 17, 5}, {1 << 16, 10}}

// tooWeak is as in verifier.
func (h *scryptHash) tooWeak() error {
	for _, least := range leastParallel {
		if h.n*h.r < least.blocks {
			continue
		}
		if h.p < least.p {
			return fmt.Errorf("%w: scrypt with n=%d,r=%d must have at least p=%d", login.ErrHashTooWeak, h.n, h.r, least.p)
		}
		return nil
	}
	return fmt.Errorf("%w: scrypt's n*r must be at least %d", login.ErrHashTooWeak, 1<<16)
}

func (h *scryptHash) kind() string { return scryptKind + h.text() }

// text is the parameters as a kind has them.
func (c scryptCost) text() string { return fmt.Sprintf("n=%d,r=%d,p=%d", c.n, c.r, c.p) }

// effort is 200 ms with n=16384, r=8, p=5.
func (h *scryptHash) effort() time.Duration {
	return time.Duration(h.n*h.r*h.p) * 300 * time.Nanosecond
}

// scryptDecoy is a hash whose password nobody knows, with a cost as scryptCost.text writes it.
func scryptDecoy(text string) (*scryptHash, error) {
	n, rest, _ := strings.Cut(strings.TrimPrefix(text, "n="), ",r=")
	r, p, _ := strings.Cut(rest, ",p=")
	c := readScryptCost(n, r, p)
	if c.text() != text {
		return nil, errors.New("password: scrypt's parameters must be n, r and p, in this order")
	}
	return &scryptHash{c, make([]byte, saltLen), make([]byte, keyLen)}, c.check()
}

// parseDjangoScrypt reads what follows scrypt$: n$salt$r$p$key, the salt as it is and the key in base64.
func parseDjangoScrypt(text string) (verifier, error) {
	fields := strings.Split(text, "$")
	if len(fields) != 5 {
		return nil, errors.New("password: Django's scrypt hash must be scrypt$n$salt$r$p$key")
	}
	cost := readScryptCost(fields[0], fields[2], fields[3])
	return cost.hash([]byte(fields[1]), plainSalt(fields[1]), fields[4])
}

// parseSpringScrypt reads what follows {scrypt}: $parameters$salt$key. The parameters are a hexadecimal number of the binary
// logarithm of n, and one byte each of r and p.
func parseSpringScrypt(text string) (verifier, error) {
	fields := strings.Split(text, "$")
	if len(fields) != 4 || fields[0] != "" {
		return nil, errors.New("password: Spring's scrypt hash must be $parameters$salt$key")
	}
	params, err := strconv.ParseUint(fields[1], 16, 32)
	if err != nil || strconv.FormatUint(params, 16) != fields[1] || params>>16 > 30 {
		return nil, errors.New("password: the parameters of Spring's scrypt hash must be a hexadecimal number such as e0801")
	}
	cost := scryptCost{1 << (params >> 16), int(params >> 8 & 0xFF), int(params & 0xFF)}
	salt, errS := blob(paddedBase64, fields[2], "salt", minSaltLen, maxSaltLen)
	return cost.hash(salt, errS, fields[3])
}
