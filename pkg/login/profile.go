package login

import (
	"context"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of a name that users give themselves. In bytes they are those of every name.
const (
	maxGivenName      = 32 // characters
	maxGivenNameBytes = 128
)

// ProfileRequest is what a visitor sets of themselves. nil leaves something as it is.
type ProfileRequest struct {
	Name *string
	// Avatar is the address of a picture; "" removes the one that is there.
	Avatar *string
}

// SetProfile sets the visitor's own name and avatar, and returns the user as they are now. It needs no fresh code: it opens no way in.
//
// Errors: ProfileMissing for neither; NameInvalid, AvatarInvalid; DirectoryCannot for a directory's user, whose description is the
// platform's; SessionInvalid when the user was deleted meanwhile; and what the store answers.
func (s *Service) SetProfile(ctx context.Context, visitor Visitor, r ProfileRequest) (User, error) {
	trail := TrailOf(ctx)
	user := visitor.User
	change := UserChange{Avatar: r.Avatar, Given: Given{AppID: visitor.Session.AppID, At: s.clock()}}
	if r.Name == nil && r.Avatar == nil {
		return User{}, ProfileMissing
	}
	if !s.users.keepPasswords() || fromDirectory(user) {
		return User{}, DirectoryCannot
	}
	if r.Name != nil {
		name, err := givenName(*r.Name)
		if err != nil {
			return User{}, err
		}
		change.Name, user.Name, user.NameGiven = &name, name, change.Given
	}
	if r.Avatar != nil {
		if err := s.checkNewAvatar(*r.Avatar); err != nil {
			return User{}, err
		}
		user.Avatar, user.AvatarGiven = *r.Avatar, change.Given
	}
	err := timed(&trail.Store, func() error { return s.Store.ChangeUser(ctx, user.ID, change) })
	switch {
	case errors.Is(err, ErrUserNotFound):
		return User{}, SessionInvalid
	case err != nil:
		return User{}, err
	}
	trail.Note(EventProfileSet)
	return user, nil
}

func (s *Service) checkNewAvatar(address string) error {
	if address == "" {
		return nil
	}
	return checkAvatar(address, s.AvatarHosts)
}

// givenName is a name as it is stored: without the blanks around it, 1 to 32 characters. Control characters would break lists and
// logs, and the marks that turn the direction of text would let a name rewrite what stands behind it (Unicode Technical Report 36,
// section 2.8.5). Something must be seen of it: tags alone, which make one flag of another, show nothing.
//
// Errors: NameInvalid.
func givenName(raw string) (string, error) {
	name := Trim(raw)
	odd := strings.ContainsFunc(name, func(r rune) bool {
		switch {
		case '\u202A' <= r && r <= '\u202E', '\u2066' <= r && r <= '\u2069': // embeddings, overrides, isolates
			return true
		case r == '\u2028', r == '\u2029', r == utf8.RuneError: // separators of lines, and what was no UTF-8
			return true
		}
		return unicode.IsControl(r) || unicode.Is(unicode.Noncharacter_Code_Point, r)
	})
	unseen := strings.TrimFunc(name, func(r rune) bool { return Blank(r) || isTag(r) }) == ""
	if unseen || odd || len(name) > maxGivenNameBytes || utf8.RuneCountInString(name) > maxGivenName {
		return "", NameInvalid
	}
	return name, nil
}
