package admin

import (
	"errors"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// What can be wrong with what a row says of the picture, and of what the user has given.
var (
	ErrMovedWithoutID = errors.New("only a row with an id can have an avatar, or say where something was given")
	ErrAvatarInvalid  = errors.New("the avatar is no address such as https://img.example.com/a.png")
	ErrGivenInvalid   = errors.New("what a user has given needs the appid where, and the time when")
	ErrGivenNoPhone   = errors.New("the row says where the phone number was given, but has none")
	ErrGivenDirectory = errors.New("a user of the directory has given nothing here")
)

// checkGiven checks what a row has of the picture and of what the user has given. An avatar that was given may be "": they have
// removed it then. The mini-program need not be in the secret any more.
//
// Errors: ErrMovedWithoutID, ErrAvatarInvalid, ErrGivenInvalid, ErrGivenNoPhone, ErrGivenDirectory.
func checkGiven(row ImportRow) error {
	none := row.NameGiven == login.Given{} && row.AvatarGiven == login.Given{} && row.PhoneGivenIn == ""
	switch {
	case row.Avatar == "" && none:
		return nil
	case row.ID == "":
		return ErrMovedWithoutID
	case row.Avatar != "" && !login.DescribedAvatar(row.Avatar):
		return ErrAvatarInvalid
	case row.Directory && !none:
		return ErrGivenDirectory
	case !validGiven(row.NameGiven), !validGiven(row.AvatarGiven), row.PhoneGivenIn != "" && !login.ValidAppID(row.PhoneGivenIn):
		return ErrGivenInvalid
	case row.PhoneGivenIn != "" && login.Trim(row.Phone) == "":
		return ErrGivenNoPhone
	}
	return nil
}

// validGiven says whether g is whole, or zero.
func validGiven(g login.Given) bool {
	return g == login.Given{} || login.ValidAppID(g.AppID) && !g.At.IsZero()
}

// giveAt is g with a time that has come: what is given later than a withdrawal stays, so a time of the future would keep it for good.
func giveAt(g login.Given, now time.Time) login.Given {
	g.At = come(g.At, now)
	return g
}

// come is a time that has come: the earlier one of the two.
func come(at, now time.Time) time.Time {
	if at.After(now) {
		return now
	}
	return at
}
