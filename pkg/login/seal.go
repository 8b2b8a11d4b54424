package login

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
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
	key := s.SealKeys[0]
	aead := aeadFor(key, purpose, parts)
	nonce := make([]byte, aead.NonceSize())
	rand.Read(nonce) // never fails since Go 1.24
	return key.ID + "." + base64.RawURLEncoding.EncodeToString(aead.Seal(nonce, nonce, plain, nil))
}

// Open decrypts what Seal made for the same purpose and parts.
//
// Errors: ErrUnknownSealKey, ErrSealBroken.
func (s *Secret) Open(sealed, purpose string, parts ...string) ([]byte, error) {
	id, text, ok := strings.Cut(sealed, ".")
	if !ok {
		return nil, ErrSealBroken
	}
	for _, key := range s.SealKeys {
		if key.ID != id {
			continue
		}
		raw, err := base64.RawURLEncoding.DecodeString(text)
		aead := aeadFor(key, purpose, parts)
		if err != nil || len(raw) < aead.NonceSize() {
			return nil, ErrSealBroken
		}
		plain, err := aead.Open(nil, raw[:aead.NonceSize()], raw[aead.NonceSize():], nil)
		if err != nil {
			return nil, ErrSealBroken
		}
		return plain, nil
	}
	return nil, ErrUnknownSealKey
}

// Hash names a record without showing what it is about: HMAC-SHA-256 in hex. Its key is derived from the
// oldest seal key. That stays the same when a newer one is added, so processes with the old and the new
// secret agree on the name.
func (s *Secret) Hash(purpose string, parts ...string) string {
	oldest := s.SealKeys[len(s.SealKeys)-1]
	mac := hmac.New(sha256.New, derive(oldest, "hash", nil))
	mac.Write(joined(purpose, parts))
	return hex.EncodeToString(mac.Sum(nil))
}

func aeadFor(key SealKey, purpose string, parts []string) cipher.AEAD {
	block, err := aes.NewCipher(derive(key, purpose, parts))
	if err != nil {
		panic(err) // the key is always 32 bytes long
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // AES always has GCM's block size
	}
	return aead
}

func derive(key SealKey, purpose string, parts []string) []byte {
	derived, err := hkdf.Key(sha256.New, []byte(key.Key), nil, "wxbind "+string(joined(purpose, parts)), 32)
	if err != nil {
		panic(err) // 32 bytes are within HKDF's limit
	}
	return derived
}

// joined writes each part after its length, so that no two lists look alike.
func joined(purpose string, parts []string) []byte {
	var b []byte
	for _, part := range append([]string{purpose}, parts...) {
		b = binary.AppendUvarint(b, uint64(len(part)))
		b = append(b, part...)
	}
	return b
}
