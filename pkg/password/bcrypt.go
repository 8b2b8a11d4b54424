package password

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/wxbind/wxbind/pkg/login"
)

// maxCost is the highest bcrypt cost accepted. Cost 12 takes about a quarter of a second, and each step doubles the
// time.
const maxCost = 12

// minCost is the lowest bcrypt cost of a hash that is imported (OWASP Password Storage Cheat Sheet).
const minCost = 10

var errBcryptCost = fmt.Errorf("password: bcrypt's cost must be %02d to %d", bcrypt.MinCost, maxCost)

// bcryptReads is how many bytes of a password bcrypt reads. It ignores the rest, so a longer password that matches is
// wrong all the same: whoever knows the first 72 bytes must not get in.
const bcryptReads = 72

// bcryptHash is a bcrypt hash in its modular crypt form.
type bcryptHash string

// parseBcrypt reads version, cost, 22 characters of salt and 31 of hash. It refuses $2x$, which marks hashes of an old,
// faulty crypt_blowfish.
func parseBcrypt(hash string) (verifier, error) {
	const alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	fields := strings.Split(hash, "$") // the first is empty, before the first $
	if len(fields) != 4 || fields[0] != "" || !slices.Contains([]string{"2a", "2b", "2y"}, fields[1]) || len(fields[2]) != 2 ||
		len(fields[3]) != 53 || strings.Trim(fields[3], alphabet) != "" {
		return nil, errors.New("password: a bcrypt hash must be $2a$, $2b$ or $2y$, the cost in two digits, $ and 53 characters")
	}
	cost, err := strconv.Atoi(fields[2])
	if err != nil || cost < bcrypt.MinCost || cost > maxCost || fmt.Sprintf("%02d", cost) != fields[2] {
		return nil, errBcryptCost
	}
	return bcryptHash(hash), nil
}

// verify calls every bcrypt hash outdated. It does the same work for a password that is too long.
func (h bcryptHash) verify(password login.Hidden) (ok, outdated bool) {
	err := bcrypt.CompareHashAndPassword([]byte(h), []byte(password))
	return err == nil && len(password) <= bcryptReads, true
}

// tooWeak is as in verifier.
func (h bcryptHash) tooWeak() error {
	cost, err := bcrypt.Cost([]byte(h))
	if err == nil && cost < minCost {
		err = fmt.Errorf("%w: bcrypt's cost must be at least %d", login.ErrHashTooWeak, minCost)
	}
	return err
}

// kind names the cost. All versions do the same work.
func (h bcryptHash) kind() string {
	return bcryptKind + strings.TrimPrefix(strings.Split(string(h), "$")[2], "0")
}

// effort is 60 ms at cost 10.
func (h bcryptHash) effort() time.Duration {
	cost, _ := bcrypt.Cost([]byte(h)) // parseBcrypt and bcryptDecoy make nothing that has none
	return 60 * time.Microsecond << cost
}

// bcryptDecoy is a hash whose password nobody knows, with a cost as bcryptHash.kind writes it. bcrypt itself runs on
// it, so it costs what a real hash costs, also for passwords longer than bcrypt reads.
func bcryptDecoy(cost string) (bcryptHash, error) {
	n, err := strconv.Atoi(cost)
	if err != nil || n < bcrypt.MinCost || n > maxCost || strconv.Itoa(n) != cost {
		return "", errBcryptCost
	}
	return bcryptHash(fmt.Sprintf("$2b$%02d$%s", n, strings.Repeat(".", 53))), nil
}
