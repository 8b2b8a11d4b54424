package password

import (
	"cmp"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/wxbind/wxbind/pkg/login"
)

// today are the parameters of new hashes, from the OWASP Password Storage Cheat Sheet. Whoever changes them must make
// the former ones count as a kind: users have such hashes, and no import has recorded them.
var today = argonCost{memory: 19456, passes: 2, lanes: 1}

const (
	saltLen = 16
	keyLen  = 32
)

// Limits of an imported hash: a planted hash must not be able to stop the service. They admit the defaults of the
// common libraries (64 MiB with 3 or 4 passes, up to 4 lanes).
const (
	maxMemory = 64 << 10 // KiB
	maxPasses = 16
	maxLanes  = 8
	// maxWork bounds memory times passes, which determines the time.
	maxWork    = 4 * maxMemory
	minSaltLen = 8 // RFC 9106, section 3.1
	maxSaltLen = 64
	minKeyLen  = 16
	maxKeyLen  = 64
)

// leastMemory is the least memory of a hash that is imported, in KiB, by its passes; more passes than are listed are as
// the last. These are the equally strong minimums of the OWASP Password Storage Cheat Sheet. Lanes change nothing.
var leastMemory = []uint32{0, 47104, 19456, 12288, 9216, 7168}

// argonCost is what the work of an argon2id hash depends on. The lengths of salt and key, for any length that is
// accepted, do not matter beside it.
type argonCost struct {
	memory uint32 // KiB
	passes uint32
	lanes  uint8
}

// argon2id is a hash of RFC 9106 with its parameters.
type argon2id struct {
	argonCost
	salt []byte
	key  []byte
}

// fresh hashes a password with today's parameters.
func fresh(password login.Hidden) *argon2id {
	h := today.decoy()
	rand.Read(h.salt) // never fails since Go 1.24
	h.key = h.keyOf(password)
	return h
}

// decoy is a hash with these parameters whose password nobody knows.
func (c argonCost) decoy() *argon2id {
	return &argon2id{c, make([]byte, saltLen), make([]byte, keyLen)}
}

func (h *argon2id) keyOf(password login.Hidden) []byte {
	return argon2.IDKey([]byte(password), h.salt, h.passes, h.memory, h.lanes, uint32(len(h.key))) //nolint:gosec // at most 64
}

func (h *argon2id) verify(password login.Hidden) (ok, outdated bool) {
	upToDate := h.argonCost == today && len(h.salt) == saltLen && len(h.key) == keyLen
	return subtle.ConstantTimeCompare(h.keyOf(password), h.key) == 1, !upToDate
}

// tooWeak is as in verifier.
func (h *argon2id) tooWeak() error {
	least := leastMemory[min(int(h.passes), len(leastMemory)-1)]
	if h.memory < least {
		return fmt.Errorf("%w: argon2id with t=%d must have at least m=%d", login.ErrHashTooWeak, h.passes, least)
	}
	return nil
}

func (h *argon2id) kind() string {
	if h.argonCost == today {
		return ""
	}
	return argon2idKind + h.argonCost.text()
}

// effort is 20 ms with today's parameters.
func (c argonCost) effort() time.Duration {
	return time.Duration(c.memory) * time.Duration(c.passes) * 500 * time.Nanosecond
}

// text is the parameters as written in a PHC string.
func (c argonCost) text() string {
	return fmt.Sprintf("m=%d,t=%d,p=%d", c.memory, c.passes, c.lanes)
}

var phcBase64 = base64.RawStdEncoding.Strict()

// text is the hash as a PHC string (github.com/P-H-C/phc-string-format).
func (h *argon2id) text() login.Hidden {
	return login.Hidden(fmt.Sprintf("%sv=%d$%s$%s$%s", argon2idPrefix, argon2.Version, h.argonCost.text(),
		phcBase64.EncodeToString(h.salt), phcBase64.EncodeToString(h.key)))
}

// parseArgon2id reads exactly what text writes. The parameters must be within the limits.
func parseArgon2id(hash string) (verifier, error) {
	text, ok := strings.CutPrefix(hash, argon2idPrefix)
	fields := strings.Split(text, "$")
	if !ok || len(fields) != 4 {
		return nil, errors.New("password: an argon2id hash must be $argon2id$v=19$m=…,t=…,p=…$salt$key")
	}
	if fields[0] != "v="+strconv.Itoa(argon2.Version) {
		return nil, errors.New("password: only argon2id version 19 (0x13) is supported")
	}
	cost, err := parseArgonCost(fields[1])
	if err != nil {
		return nil, err
	}
	salt, errS := blob(phcBase64, fields[2], "salt", minSaltLen, maxSaltLen)
	key, errK := blob(phcBase64, fields[3], "key", minKeyLen, maxKeyLen)
	if err := cmp.Or(errS, errK); err != nil {
		return nil, err
	}
	return &argon2id{cost, salt, key}, nil
}

// parseArgonCost reads exactly what argonCost.text writes. The parameters must be within the limits.
func parseArgonCost(text string) (argonCost, error) {
	params := strings.Split(text, ",")
	if len(params) != 3 {
		return argonCost{}, errors.New("password: argon2id's parameters must be m, t and p, in this order")
	}
	m, errM := parameter(params[0], "m", 8, maxMemory)
	t, errT := parameter(params[1], "t", 1, maxPasses)
	p, errP := parameter(params[2], "p", 1, maxLanes)
	if err := cmp.Or(errM, errT, errP); err != nil {
		return argonCost{}, err
	}
	// RFC 9106, section 3.1: at least eight blocks per lane.
	if m < 8*p || m*t > maxWork {
		return argonCost{}, fmt.Errorf("password: argon2id's m must be at least 8*p, and m*t at most %d", maxWork)
	}
	return argonCost{memory: m, passes: t, lanes: uint8(p)}, nil //nolint:gosec // p is at most 8
}

// parameter reads name=number: decimal, without a sign or leading zeros.
func parameter(text, name string, least, most uint32) (uint32, error) {
	digits, ok := strings.CutPrefix(text, name+"=")
	n, err := decimal(digits, int(least), int(most))
	if !ok || err != nil {
		return 0, fmt.Errorf("password: argon2id's %s must be a number from %d to %d", name, least, most)
	}
	return uint32(n), nil //nolint:gosec // at most most
}

// blob reads base64. The decoder alone would skip line breaks.
func blob(e *base64.Encoding, text, name string, least, most int) ([]byte, error) {
	raw, err := e.DecodeString(text)
	if err != nil || strings.ContainsAny(text, "\r\n") || len(raw) < least || len(raw) > most {
		return nil, fmt.Errorf("password: the hash's %s must be %d to %d bytes in base64, padded as its form has it", name, least, most)
	}
	return raw, nil
}
