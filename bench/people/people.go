// Package people makes up the users of the comparison. Whoever fills a store and whoever asks it agree on them without
// keeping them: everything follows from a person's number.
package people

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
)

// The mini-program of the comparison.
const (
	AppID     = "wx5be0c4ab1e0d2f37"
	AppSecret = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
)

// Role is everybody's role. It has no menus.
const Role = "member"

// Username is a person's username.
func Username(person int) string { return fmt.Sprintf("user%07d", person) }

// Name is what a person is called.
func Name(person int) string { return fmt.Sprintf("用户%07d", person) }

// OpenID is a person's openid. Like WeChat's own, it has 28 characters and begins with an o.
func OpenID(person int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "openid %d", person))
	return "o" + base64.RawURLEncoding.EncodeToString(sum[:])[:27]
}

// Code is a one-time code of a person. The serial tells it from all others. Like WeChat's own, it has 32 characters.
func Code(person, serial int) string { return fmt.Sprintf("0%015d%016d", serial, person) }

// ErrCode is about a text that Code did not make.
var ErrCode = errors.New("people: no such code")

// OfCode returns whose code it is, and its serial.
func OfCode(code string) (person, serial int, err error) {
	if len(code) != 32 {
		return 0, 0, ErrCode
	}
	serial, err = strconv.Atoi(code[:16])
	if err != nil {
		return 0, 0, ErrCode
	}
	if person, err = strconv.Atoi(code[16:]); err != nil {
		return 0, 0, ErrCode
	}
	return person, serial, nil
}
