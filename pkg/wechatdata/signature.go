package wechatdata

import (
	"crypto/sha1" //nolint:gosec // WeChat signs with it
	"crypto/subtle"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

// The longest timestamp and nonce, in characters. WeChat's have 10 each. A signature covers its parts without the borders between
// them, so whoever has seen a push could move characters from Encrypt to the nonce. To lose whole blocks of the cipher without a
// trace they would have to move 64.
const (
	maxTimestamp = 20
	maxNonce     = 32
)

// sign signs parts as WeChat does: the hexadecimal SHA-1 of all of them, sorted by their bytes and joined.
func sign(parts ...string) string {
	sorted := slices.Sorted(slices.Values(parts))
	sum := sha1.Sum([]byte(strings.Join(sorted, ""))) //nolint:gosec // as WeChat does
	return hex.EncodeToString(sum[:])
}

// verify checks the signature of a request with this timestamp and nonce, and what else it covers.
func verify(settings login.PushSettings, signature, timestamp, nonce string, covered ...string) error {
	if settings.Token == "" {
		return errNoToken // whose signature anybody can make
	}
	if timestamp == "" || len(timestamp) > maxTimestamp || strings.Trim(timestamp, "0123456789") != "" || nonce == "" || len(nonce) > maxNonce {
		return errForm
	}
	want := sign(append([]string{string(settings.Token), timestamp, nonce}, covered...)...)
	if subtle.ConstantTimeCompare([]byte(want), []byte(signature)) != 1 {
		return errSignature
	}
	return nil
}
