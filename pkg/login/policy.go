package login

import (
	"slices"
	"time"
)

// Policy is what the operator of a mini-program lets people do who are not bound in it. The zero Policy lets them show a
// password, and the phone number that a user has already.
type Policy struct {
	// Register says how somebody who is no user becomes one.
	Register []Registration
	// LinkUnionID binds an identity by itself, if its unionid is that of a user who is bound in another mini-program.
	LinkUnionID bool
	// Rebind lets a bind with `replace` take the place of the user's binding of another WeChat.
	Rebind bool
	// PhoneTrust is how long a verified phone number logs its user in by itself: carriers give a number to somebody
	// else some 90 days after its owner has given it up. 0 means that no number does.
	PhoneTrust time.Duration
	// AcceptFrom are other mini-programs whose self-registered users are let in here.
	AcceptFrom []string
}

// These bound a PhoneTrust, which is whole days.
const (
	// DefaultPhoneTrust is the PhoneTrust of a mini-program that names none.
	DefaultPhoneTrust = 60 * 24 * time.Hour
	// MaxPhoneTrust is the longest.
	MaxPhoneTrust = 3650 * 24 * time.Hour
	// MaxAcceptFrom is how many mini-programs AcceptFrom may have: a store's condition names each.
	MaxAcceptFrom = 50
)

// Registration is a way to become a user.
type Registration string

// These are the ways to become a user.
const (
	// RegisterAsk: by asking for it, with nothing but a code.
	RegisterAsk Registration = "ask"
	// RegisterPhone: by a phone number that nobody has.
	RegisterPhone Registration = "phone"
	// RegisterLaunch: by launching the mini-program.
	RegisterLaunch Registration = "launch"
)

// Registrations lists every Registration.
func Registrations() []Registration {
	return []Registration{RegisterAsk, RegisterPhone, RegisterLaunch}
}

// registers says whether somebody may become a user in this way.
func (p Policy) registers(by Registration) bool { return slices.Contains(p.Register, by) }

// from lists where a user may have registered to be let into an app by a phone number or a unionid; "" stands for one whom an
// administrator has added. One who has registered in another app may not, unless the policy accepts that app: a stranger who
// registered in the customers' app would walk into the staff's.
func (a App) from() []string { return append([]string{"", a.ID}, a.Policy.AcceptFrom...) }

// Accepts says whether a user may be let into an app by a phone number or a unionid, as far as where they registered goes.
func (a App) Accepts(u User) bool { return slices.Contains(a.from(), u.RegisteredIn) }

// Way is a way for somebody who is not bound to get in.
type Way string

// These are the ways, in the order in which a page offers them.
const (
	WayPassword Way = "password"
	WayPhone    Way = "phone"
	WayRegister Way = "register"
)

// Ways lists what can succeed in an app for somebody who is not bound.
func (s *Secret) Ways(a App) []Way {
	ways := []Way{WayPassword}
	if s.IndexKey != "" && (a.Policy.PhoneTrust > 0 || a.Policy.registers(RegisterPhone)) {
		ways = append(ways, WayPhone)
	}
	if a.Policy.registers(RegisterAsk) {
		ways = append(ways, WayRegister)
	}
	return ways
}
