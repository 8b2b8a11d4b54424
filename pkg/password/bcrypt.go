package password

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"golang.org/x/crypto/bcrypt"

	"github.com/wxbind/wxbind/pkg/login"
)

// maxCost bounds the work of an imported bcrypt hash: 12 takes about a quarter
// of a second, and each step doubles it.
const maxCost = 12

// bcryptReads is how many bytes of a password bcrypt looks at; it ignores the rest.
const bcryptReads = 72

// bcryptForm is version, cost, 22 characters of salt and 31 of hash. $2x$ marks
// hashes of an old, faulty crypt_blowfish and is not read.
var bcryptForm = regexp.MustCompile(`^\$2[aby]\$([0-9]{2})\$[./A-Za-z0-9]{53}$`)

// bcryptHash is a bcrypt hash in its modular crypt form.
type bcryptHash string

func parseBcrypt(hash string) (bcryptHash, error) {
	parts := bcryptForm.FindStringSubmatch(hash)
	if parts == nil {
		return "", errors.New("password: a bcrypt hash must be $2a$, $2b$ or $2y$, the cost and 53 characters")
	}
	if cost, err := strconv.Atoi(parts[1]); err != nil || cost < bcrypt.MinCost || cost > maxCost {
		return "", fmt.Errorf("password: bcrypt's cost must be %d to %d", bcrypt.MinCost, maxCost)
	}
	return bcryptHash(hash), nil
}

// verify finds every bcrypt hash outdated, but for a password that bcrypt did not
// read to its end: whatever was typed there passed, right or wrong, and a hash of
// it would lock the user out who types it right the next time.
func (h bcryptHash) verify(password login.Hidden) (ok, outdated bool) {
	err := bcrypt.CompareHashAndPassword([]byte(h), []byte(password))
	return err == nil, len(password) <= bcryptReads
}
