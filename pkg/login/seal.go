package login

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
)

// ErrUnknownSealKey says that a text was sealed with a key that this secret does not hold. Another process
// may have a newer secret.
var ErrUnknownSealKey = errors.New("login: sealed with an unknown key")

// ErrSealBroken says that a sealed text is damaged, or was sealed for another purpose or other parts.
var ErrSealBroken = errors.New("login: sealed text cannot be opened")

// Seal encrypts plain with AES-256-GCM under the newest seal key. The key of the cipher is derived from it
// (HKDF-SHA-256, RFC 5869) for this purpose and these parts only, so a text that is moved elsewhere cannot
// be opened. The result names the seal key: "<id>.<base64url>".
func (s *Secret) Seal(plain []byte, purpose string, parts ...string) string {
	sealed := aeadFor(s.derived().roots[0], purpose, parts).Seal(nil, nil, plain, nil) //nolint:gosec // this cipher makes the nonce itself
	return s.SealKeys[0].ID + "." + base64.RawURLEncoding.EncodeToString(sealed)
}

// Open decrypts what Seal made for the same purpose and parts.
//
// Errors: ErrUnknownSealKey, ErrSealBroken.
func (s *Secret) Open(sealed, purpose string, parts ...string) ([]byte, error) {
	id, text, ok := strings.Cut(sealed, ".")
	if !ok {
		return nil, ErrSealBroken
	}
	i := slices.IndexFunc(s.SealKeys, func(key SealKey) bool { return key.ID == id })
	if i < 0 {
		return nil, ErrUnknownSealKey
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil, ErrSealBroken
	}
	plain, err := aeadFor(s.derived().roots[i], purpose, parts).Open(nil, nil, raw, nil)
	if err != nil {
		return nil, ErrSealBroken
	}
	return plain, nil
}

// Hash names a record without showing what it is about: HMAC-SHA-256 in hex. Its key is derived from the
// oldest seal key. That stays the same when a newer one is added, so processes with the old and the new
// secret agree on the name.
func (s *Secret) Hash(purpose string, parts ...string) string {
	mac := hmac.New(sha256.New, s.derived().hash)
	mac.Write(joined(purpose, parts))
	return hex.EncodeToString(mac.Sum(nil))
}

// Index names for ever what a user is found by, without showing it: 24 bytes of HMAC-SHA-256 under the IndexKey, in base64url.
// It is "" without an IndexKey.
func (s *Secret) Index(purpose string, parts ...string) string {
	if s.IndexKey == "" {
		return ""
	}
	mac := hmac.New(sha256.New, []byte(s.IndexKey))
	mac.Write(joined(purpose, parts))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:24])
}

// IdentityIndex is the Index of an identity, as bindings have it.
func (s *Secret) IdentityIndex(appID, openID string) string {
	return s.Index("identity", appID, openID)
}

// IndexKey derives an IndexKey from a seal key that is never replaced. Whoever may replace the seal key needs an IndexKey of
// its own.
func (k SealKey) IndexKey() Hidden {
	return Hidden(base64.RawURLEncoding.EncodeToString(expand(rootOf(k), "index key", nil)))
}

// WebhookKey derives a WebhookKey from a seal key that is never replaced, for an operator who has set none.
func (k SealKey) WebhookKey() Hidden {
	return Hidden(base64.RawURLEncoding.EncodeToString(expand(rootOf(k), "webhook key", nil)))
}

// derivedKeys are what is derived from the seal keys alone.
type derivedKeys struct {
	// roots are the results of HKDF's first step, in the order of the seal keys.
	roots [][]byte
	// hash is the key of Hash.
	hash []byte
}

// derived derives them once: together they take longer than what is sealed with them.
func (s *Secret) derived() *derivedKeys {
	if known := s.keys.Load(); known != nil {
		return known
	}
	fresh := &derivedKeys{}
	for _, key := range s.SealKeys {
		fresh.roots = append(fresh.roots, rootOf(key))
	}
	fresh.hash = expand(fresh.roots[len(fresh.roots)-1], "hash", nil)
	s.keys.Store(fresh)
	return fresh
}

// rootOf is HKDF's first step for a seal key.
func rootOf(key SealKey) []byte {
	root, err := hkdf.Extract(sha256.New, []byte(key.Key), nil)
	if err != nil {
		panic(err) // a seal key is long enough even for FIPS 140
	}
	return root
}

// aeadFor makes a cipher that puts a random nonce of 96 bits before what it seals.
func aeadFor(root []byte, purpose string, parts []string) cipher.AEAD {
	block, err := aes.NewCipher(expand(root, purpose, parts))
	if err != nil {
		panic(err) // the key is always 32 bytes long
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // AES always has GCM's block size
	}
	return aead
}

func expand(root []byte, purpose string, parts []string) []byte {
	key, err := hkdf.Expand(sha256.New, root, "wxbind "+string(joined(purpose, parts)), 32)
	if err != nil {
		panic(err) // 32 bytes are within HKDF's limit
	}
	return key
}

// joined writes each part after its length, so that no two lists look alike.
func joined(purpose string, parts []string) []byte {
	b := appendPart(make([]byte, 0, 128), purpose) // long enough for most
	for _, part := range parts {
		b = appendPart(b, part)
	}
	return b
}

func appendPart(b []byte, part string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(part))), part...)
}
