package login

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"strings"
)

// Letting somebody in who is not bound, and whom no password has proved. WeChat has said who they are: by a phone
// number (bindphone.go), by a unionid that leads to a user of another mini-program (check.go), or as somebody new who
// may become a user (register.go).
//
// All of it ends in one transaction of the store, which checks again whatever was read before it. So of any number of requests
// at the same time one goes through, and the others find what it has done and decide anew.

// maxDecisions bounds how often a request decides anew.
const maxDecisions = 5

// errNoDecision is why a request gives up: others kept changing what it had decided by.
var errNoDecision = errors.New("others changed the user and the binding again and again")

// ways lists what can succeed for the identity of an exchange, which is not bound.
// Whether a platform's directory offers what they need is only known when it is asked.
func (x *exchange) ways() []Way { return x.secret.Ways(x.app) }

// newBinding makes the binding of an exchange's identity to a user with an epoch.
func (x *exchange) newBinding(userID, epoch string) Binding {
	return Binding{
		ID: NewID(), AppID: x.AppID, OpenID: x.OpenID, UnionID: x.UnionID, UserID: userID, Epoch: epoch,
		Index: x.index(), SealedKey: x.sealedKey, BoundAt: x.began, LastLoginAt: x.answered,
	}
}

// index stands for the identity in what outlives it.
func (x *exchange) index() string { return x.secret.IdentityIndex(x.AppID, x.OpenID) }

// union is the index of the identity's unionid; "" if it has none, or no mini-program finds users by it.
func (x *exchange) union() string {
	if x.UnionID == "" || !x.secret.links() {
		return ""
	}
	return x.secret.Index("union", x.UnionID)
}

// newcomer makes the user whom the request creates. A repeat makes the same one.
func (x *exchange) newcomer() *User {
	u := &User{ID: x.newcomerID(), Epoch: x.newcomerID(), CreatedAt: x.began, RegisteredIn: x.AppID, Apps: map[string]UserApp{}}
	if union := x.union(); union != "" {
		u.Unions = []string{union}
	}
	return u
}

// newcomerID is a random id, though the same one for a repeat.
func (x *exchange) newcomerID() string { return x.ownID("newcomer") }

// ownID is a random id of something that the request makes, though the same one for a repeat.
func (x *exchange) ownID(of string) string {
	sum := sha256.Sum256(append([]byte(of+" "), x.session[:]...))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:26])
}

// made says whether this request, or a repeat of it, has made a user.
func (x *exchange) made(u User) bool {
	id := x.newcomerID()
	return u.ID == id || u.Epoch == id // a directory gives ids of its own
}

// letIn stores an admission, and answers with its session. The user is read beside it unless they are known, since whether they
// may be let in is checked by the store.
//
// Errors: those of Store.Admit but for ErrAlreadyBound; IdentityBound also if it is bound to this user just now; and what the
// store answers.
func (s *Service) letIn(ctx context.Context, x *exchange, a Admission, known *User) (*Login, error) {
	var token Token
	a.Session, token = s.newSession(x, a.Binding)
	a.Binding.Sessions = []SessionMark{a.Session.Mark()}
	x.trail.UserID = a.Binding.UserID
	var standing Binding
	var user User
	trip := x.trail.roundTrip(ctx)
	read(trip, &standing, func() (Binding, error) { return s.Store.Admit(ctx, a) })
	if known != nil {
		user = *known
		if x.made(user) {
			s.countRegistration(trip, ctx, x)
		}
	} else {
		trip.do(func() (err error) {
			user, err = s.Store.UserByID(ctx, a.Binding.UserID)
			if errors.Is(err, ErrUserNotFound) { // Admit says so, too
				return nil
			}
			return err
		})
	}
	err := trip.wait()
	if errors.Is(err, ErrAlreadyBound) {
		return s.openMade(ctx, x, standing)
	}
	if unfit, ok := errors.AsType[*Unfit](err); ok && unfit.User.Apps[x.AppID].OpenID == x.OpenID {
		return nil, IdentityBound // by another request, just now
	}
	if err != nil {
		return nil, err
	}
	if x.made(user) {
		x.trail.Note(EventRegister)
	}
	user.Apps = mapWith(user.Apps, a.Binding)
	x.trail.Note(EventBind)
	if a.Binding.ID == x.linkID() {
		x.trail.Note(EventLink)
	}
	login, err := s.finish(ctx, x, a.Binding, user, a.Session, token)
	if err == nil {
		x.saysOf(login, a.Binding)
	}
	return login, err
}

// openMade opens a session under a binding that is there already. If a request with the same ids has made it, the login says so.
//
// Errors: those of open.
func (s *Service) openMade(ctx context.Context, x *exchange, b Binding) (*Login, error) {
	login, err := s.open(ctx, x, b)
	if err == nil {
		x.saysOf(login, b)
	}
	return login, err
}

// saysOf makes a login say what the request, or the one that it repeats, has made.
func (x *exchange) saysOf(l *Login, b Binding) {
	l.Created = x.made(l.User)
	l.Linked = b.ID == x.linkID()
}

// linkID is the id of the binding that the request makes by a unionid.
func (x *exchange) linkID() string { return x.ownID("link") }

// mapWith notes a binding in a user's apps.
func mapWith(apps map[string]UserApp, b Binding) map[string]UserApp {
	if apps == nil {
		apps = map[string]UserApp{}
	}
	apps[b.AppID] = b.Note()
	return apps
}

// boundMeanwhile opens a session for an identity that another request has bound since this one looked.
//
// Errors: ErrBindingNotFound, if it is not bound after all; those of open.
func (s *Service) boundMeanwhile(ctx context.Context, x *exchange) (*Login, error) {
	var binding Binding
	trip := x.trail.roundTrip(ctx)
	read(trip, &binding, func() (Binding, error) { return s.Store.BindingByOpenID(ctx, x.AppID, x.OpenID) })
	if err := trip.wait(); err != nil {
		return nil, err
	}
	return s.openMade(ctx, x, binding)
}

// ownerOfUnion finds the user of the identity's unionid; nil if there is none.
func (s *Service) ownerOfUnion(ctx context.Context, x *exchange) (*Owner, error) {
	return found(s.Store.OwnerOfUnion(ctx, x.union()))
}

// found is an owner, or nil for ErrUserNotFound.
func found(o Owner, err error) (*Owner, error) {
	switch {
	case errors.Is(err, ErrUserNotFound):
		return nil, nil //nolint:nilnil // nobody
	case err != nil:
		return nil, err
	}
	return &o, nil
}

// links says whether any mini-program finds users by their unionid.
func (s *Secret) links() bool {
	if s.IndexKey == "" {
		return false
	}
	for _, app := range s.Apps {
		if app.Policy.LinkUnionID {
			return true
		}
	}
	return false
}
