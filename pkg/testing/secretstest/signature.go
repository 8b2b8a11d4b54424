package secretstest

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// maxSkew is how old a signature may be, or how far in the future:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
const maxSkew = 5 * time.Minute

// signed reports whether a request is signed by Access for Region. It signs again what the caller claims to have
// signed, which must be enough.
func (s *Server) signed(r *http.Request, body []byte) bool {
	authorization := r.Header.Get("Authorization")
	if s.Access.AccessKeyID == "" {
		return true
	}
	at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	if err != nil || time.Since(at).Abs() > maxSkew {
		return false
	}
	_, rest, _ := strings.Cut(authorization, "SignedHeaders=")
	list, _, _ := strings.Cut(rest, ",")
	names := strings.Split(list, ";")
	again := r.Clone(r.Context())
	again.Header = http.Header{}
	for name, values := range r.Header {
		if slices.Contains(names, strings.ToLower(name)) {
			again.Header[name] = values
		}
	}
	for _, name := range []string{"content-type", "host", "x-amz-date", "x-amz-target"} {
		if !slices.Contains(names, name) {
			return false
		}
	}
	hash := sha256.Sum256(body)
	err = v4.NewSigner().SignHTTP(r.Context(), s.Access, again, hex.EncodeToString(hash[:]), "secretsmanager", s.Region, at)
	return err == nil && again.Header.Get("Authorization") == authorization && again.Header.Get("X-Amz-Security-Token") == r.Header.Get("X-Amz-Security-Token")
}
