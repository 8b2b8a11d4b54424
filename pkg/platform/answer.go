package platform

import (
	"cmp"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/upstream"
)

const (
	// maxAnswer bounds a body, in bytes. A profile with the longest texts has about 4 KiB.
	maxAnswer = 64 << 10
	// The longest texts of a profile, in bytes: the limits of login and its stores.
	maxID       = 256
	maxUsername = 128
	maxName     = 128
	maxRole     = 64
)

// refusal is an answer without a profile: its operation, its status, and the "error" in its body.
type refusal struct {
	op     Operation
	status int
	error  string
}

// verdicts are the refusals that say something about a user.
var verdicts = map[refusal]error{
	{authenticate, http.StatusUnauthorized, "invalid_credentials"}: login.InvalidCredentials,
	{authenticate, http.StatusForbidden, "user_disabled"}:          login.UserDisabled,
	// A directory should not distinguish an unknown user from a wrong password. From here on nobody can.
	{authenticate, http.StatusNotFound, "user_not_found"}: login.InvalidCredentials,
	{get, http.StatusNotFound, "user_not_found"}:          login.ErrUserNotFound,
	{byPhone, http.StatusForbidden, "user_disabled"}:      login.UserDisabled,
	{byPhone, http.StatusNotFound, "user_not_found"}:      login.ErrUserNotFound,
	{register, http.StatusForbidden, "user_disabled"}:     login.UserDisabled,
}

// lacking are the statuses by which a platform says that it has not an optional operation, whatever the body is: most
// have nothing at that path, and answer as their framework does. It says nothing about a user.
var lacking = []int{http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented}

// judge decides what an answer means. phone is the number that the request was about, if it was about one.
func judge(op Operation, phone string, r upstream.Answer) (profile login.Profile, failed *Error, verdict error) {
	fields, detail := fieldsOf(r)
	if r.Status != http.StatusOK {
		var name string
		_ = json.Unmarshal(fields["error"], &name) // an error that is no text is unknown anyway
		if verdict, ok := verdicts[refusal{op, r.Status, name}]; ok {
			return profile, nil, verdict
		}
		if r.Status == http.StatusUnauthorized && name == "signature_invalid" {
			return profile, &Error{Fault: SignatureRefused, Status: r.Status}, nil
		}
		if op.optional() && slices.Contains(lacking, r.Status) {
			return profile, nil, login.DirectoryCannot
		}
		return profile, &Error{Fault: BadStatus, Status: r.Status}, nil
	}
	if detail == "" {
		profile, detail = profileOf(fields)
	}
	if detail == "" && phone != "" && !samePhone(fields["phone"], phone) {
		detail = "phone is another than the one asked about"
	}
	if detail != "" {
		return login.Profile{}, &Error{Fault: BadAnswer, Status: r.Status, Detail: detail}, nil
	}
	return profile, nil, nil
}

// fieldsOf returns the fields of an answer, or why it has none. Names are case-sensitive, and none may occur twice.
// Unknown fields are ignored, so that the platform may send more.
func fieldsOf(r upstream.Answer) (fields map[string]json.RawMessage, detail string) {
	mediaType, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	charset, named := params["charset"]
	switch {
	case len(r.Body) > maxAnswer:
		return nil, "the body is larger than 64 KiB"
	case err != nil || mediaType != "application/json" || named && !strings.EqualFold(charset, "utf-8"):
		return nil, "its Content-Type is not application/json"
	case !utf8.Valid(r.Body):
		return nil, "the body is not UTF-8"
	}
	if fields, err = upstream.Object(r.Body); err != nil {
		return nil, "the body is " + err.Error()
	}
	return fields, ""
}

// profileOf returns a profile, or what is wrong with it. Every field but the avatar is required: a missing or misspelt `disabled`
// would let a banned user in.
func profileOf(fields map[string]json.RawMessage) (p login.Profile, detail string) {
	for _, field := range []struct {
		name string
		into any
	}{{"id", &p.ID}, {"username", &p.Username}, {"name", &p.Name}, {"roles", &p.Roles}, {"disabled", &p.Disabled}} {
		raw, ok := fields[field.name]
		if !ok || string(raw) == "null" || json.Unmarshal(raw, field.into) != nil {
			return p, field.name + " is missing or has another type"
		}
	}
	if len(p.Roles) > login.MaxRoles {
		return p, fmt.Sprintf("more than %d roles", login.MaxRoles)
	}
	for _, role := range p.Roles {
		if !plainText(role, 1, maxRole) {
			return p, textRule("a role", 1, maxRole)
		}
	}
	switch {
	case !plainText(p.ID, 1, maxID):
		return p, textRule("id", 1, maxID)
	case !plainText(p.Username, 1, maxUsername):
		return p, textRule("username", 1, maxUsername)
	case !plainText(p.Name, 0, maxName):
		return p, textRule("name", 0, maxName)
	}
	p.Name, p.Avatar = cmp.Or(p.Name, p.Username), avatarOf(fields["avatar"])
	// Sorted, so that a user who has not changed is not stored again.
	slices.Sort(p.Roles)
	p.Roles = slices.Compact(p.Roles)
	return p, ""
}

// avatarOf is the address of a picture in an answer; "" if there is none that can be shown, which is no reason to let nobody in.
func avatarOf(raw json.RawMessage) string {
	var address string
	if json.Unmarshal(raw, &address) != nil || !login.DescribedAvatar(address) {
		return ""
	}
	return address
}

// samePhone says whether the phone number of an answer is the one that was asked about. An answer need not name one.
func samePhone(raw json.RawMessage, asked string) bool {
	var named string
	if raw == nil || string(raw) == "null" {
		return true
	}
	if json.Unmarshal(raw, &named) != nil {
		return false
	}
	number, err := login.ParsePhone(named)
	return err == nil && number == asked
}

// plainText reports whether s is shortest to longest bytes long and has neither control characters nor U+FFFD.
// encoding/json puts U+FFFD in place of half a surrogate pair, so two ids could become one.
func plainText(s string, shortest, longest int) bool {
	return shortest <= len(s) && len(s) <= longest && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || r == utf8.RuneError
	})
}

func textRule(name string, shortest, longest int) string {
	return fmt.Sprintf("%s is not %d to %d bytes without control characters", name, shortest, longest)
}
