package password

import (
	"errors"
	"strings"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// verifier is a stored hash of any algorithm, or a decoy.
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

// form is how hashes are written that begin with a prefix.
type form struct {
	prefix string
	// parse reads what follows the prefix. Its errors never quote it.
	parse func(text string) (verifier, error)
}

// forms are the hashes that are accepted: PHC's and crypt's own forms, Spring Security's with the name of the encoder in braces,
// and Django's with the name of the hasher before the first $. docs/passwords.md lists them.
var forms = []form{
	{argon2idPrefix, func(text string) (verifier, error) { return parseArgon2id(argon2idPrefix + text) }},
	{"$2", func(text string) (verifier, error) { return parseBcrypt("$2" + text) }},
	{"{argon2}", parseArgon2id},
	{"{argon2@SpringSecurity_v5_8}", parseArgon2id},
	{"{bcrypt}", parseBcrypt},
	{"{pbkdf2}", (&springPBKDF2{withSHA1, 185_000, 8}).parse},
	{"{pbkdf2@SpringSecurity_v5_8}", (&springPBKDF2{withSHA256, 310_000, 16}).parse},
	{"{scrypt}", parseSpringScrypt},
	{"{scrypt@SpringSecurity_v5_8}", parseSpringScrypt},
	{"{MD5}", digestFunctions[0].parseSpringDigest},
	{"{SHA-1}", digestFunctions[1].parseSpringDigest},
	{"{SHA-256}", digestFunctions[2].parseSpringDigest},
	{"argon2$", func(text string) (verifier, error) { return parseArgon2id("$" + text) }},
	{"bcrypt$", parseBcrypt},
	{"pbkdf2_sha256$", withSHA256.parseDjangoPBKDF2},
	{"pbkdf2_sha1$", withSHA1.parseDjangoPBKDF2},
	{"scrypt$", parseDjangoScrypt},
	{"md5$", digestFunctions[0].parseDjangoDigest},
	{"sha1$", digestFunctions[1].parseDjangoDigest},
}

// parse reads a stored hash. Its errors never quote it.
func parse(hash login.Hidden) (verifier, error) {
	text := string(hash)
	switch {
	case text == "":
		return nil, errors.New("password: the hash is empty")
	case len(text) > maxHash:
		return nil, errors.New("password: the hash is too long")
	}
	for _, f := range forms {
		if rest, ok := strings.CutPrefix(text, f.prefix); ok {
			return f.parse(rest)
		}
	}
	return nil, errors.New("password: the hash is in none of the forms that are read, such as $argon2id$…, $2b$…, {pbkdf2}… or pbkdf2_sha256$…")
}
