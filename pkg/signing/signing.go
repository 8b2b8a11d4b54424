// Package signing signs what wxbind sends to the platform's own systems: requests to its directory, and notices. docs/directory.md
// explains how a receiver checks a signature, and has a worked example.
package signing

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// The headers of a signed request.
const (
	HeaderTimestamp = "Wxbind-Timestamp"
	HeaderNonce     = "Wxbind-Nonce"
	HeaderSignature = "Wxbind-Signature"
)

// Sign signs a request as sent now. A receiver refuses a signature older than 5 minutes, and a nonce that it has seen.
func Sign(req *http.Request, key login.Hidden, body []byte, now time.Time) {
	timestamp, nonce := strconv.FormatInt(now.Unix(), 10), rand.Text()
	req.Header.Set(HeaderTimestamp, timestamp)
	req.Header.Set(HeaderNonce, nonce)
	req.Header.Set(HeaderSignature, Signature(key, req.Method, req.URL.EscapedPath(), timestamp, nonce, body))
}

// Signature is "v1=" and the hex HMAC-SHA256 (RFC 2104) of these lines. The body comes last and no other line can
// contain a line break, so no two requests have the same lines. Another way to sign would be another version.
func Signature(key login.Hidden, method, path, timestamp, nonce string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(key))
	for _, line := range []string{"v1", method, path, timestamp, nonce} {
		mac.Write([]byte(line + "\n"))
	}
	mac.Write(body)
	return "v1=" + hex.EncodeToString(mac.Sum(nil))
}
