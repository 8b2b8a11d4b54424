package login

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// Token is what a client holds of a session: "wxb_" + base64url(user id) + "." + base64url(32 random
// bytes), both without padding (RFC 4648, section 5). It names the user, so that one read finds the session
// and the user.
type Token struct {
	UserID string
	secret [32]byte
}

// MaxUserID is the longest user id, in bytes. It bounds the length of a token.
const MaxUserID = 256

const (
	tokenPrefix = "wxb_"
	maxToken    = len(tokenPrefix) + (MaxUserID*8+5)/6 + 1 + 43
)

var tokenBase64 = base64.RawURLEncoding.Strict()

// NewToken makes a fresh token for a user.
func NewToken(userID string) Token {
	t := Token{UserID: userID}
	rand.Read(t.secret[:]) // never fails since Go 1.24
	return t
}

// ParseToken reads a token that a client sent. It takes only the exact form that Text returns.
//
// Errors: SessionInvalid.
func ParseToken(text string) (Token, error) {
	rest, ok := strings.CutPrefix(text, tokenPrefix)
	user, secret, found := strings.Cut(rest, ".")
	if !ok || !found || len(text) > maxToken {
		return Token{}, SessionInvalid
	}
	id, err := tokenBase64.DecodeString(user)
	if err != nil || len(id) == 0 || len(id) > MaxUserID || !utf8.Valid(id) {
		return Token{}, SessionInvalid
	}
	raw, err := tokenBase64.DecodeString(secret)
	if err != nil || len(raw) != len(Token{}.secret) {
		return Token{}, SessionInvalid
	}
	// The decoder skips line breaks; a token has none.
	if strings.ContainsAny(text, "\r\n") {
		return Token{}, SessionInvalid
	}
	return Token{UserID: string(id), secret: [32]byte(raw)}, nil
}

// Text is the token as the client gets it. It is a secret.
func (t Token) Text() Hidden {
	return Hidden(tokenPrefix + tokenBase64.EncodeToString([]byte(t.UserID)) + "." + tokenBase64.EncodeToString(t.secret[:]))
}

// Hash is all that is stored of the token's secret part: its SHA-256 in base64url.
func (t Token) Hash() string {
	sum := sha256.Sum256(t.secret[:])
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
