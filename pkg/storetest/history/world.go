package history

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// world is the users that the clients of one history share, and what the clients know of them. Its names are unique, so
// that a store may hold many worlds.
type world struct {
	history
	name string
	base time.Time
	now  atomic.Int64

	mu       sync.Mutex
	bindings []input         // by number: identity and user
	sessions []login.Session // by number, as created
	seen     []int64         // by number: SeenAt as last read
	bound    []int           // the bindings that were created
	open     []int           // the sessions whose token was given to somebody
}

var appIDs = [apps]string{"wx0000000000000001", "wx0000000000000002"}

func newWorld(name string) *world {
	return &world{name: name, base: time.Now().Truncate(time.Millisecond), bindings: make([]input, 1)}
}

// tick is a moment later than all before.
func (w *world) tick() int64 { return w.now.Add(1) }

func (w *world) time(tick int64) time.Time { return w.base.Add(time.Duration(tick) * time.Millisecond) }

// ticks is the inverse of time, 0 for what was long ago.
func (w *world) ticks(at time.Time) int64 { return max(0, at.Sub(w.base).Milliseconds()) }

// epoch is the epoch that an operation gives at a tick, and epochAt is the inverse: 0 for none, and -1 for one that was
// never given.
func (w *world) epoch(tick int64) string { return fmt.Sprintf("%s-epoch-%d", w.name, tick) }

func (w *world) epochAt(epoch string) int64 {
	if epoch == "" {
		return 0
	}
	digits, ok := strings.CutPrefix(epoch, w.name+"-epoch-")
	tick, err := strconv.ParseInt(digits, 10, 64)
	if !ok || err != nil {
		return -1
	}
	return tick
}

func (w *world) userID(n int) string { return fmt.Sprintf("%s-user-%d", w.name, n) }

func (w *world) openID(app, n int) string { return fmt.Sprintf("%s-openid-%d-%d", w.name, app, n) }

// newBinding is a binding that does not exist yet.
func (w *world) newBinding(user, app, openID int) (n int, in input) {
	w.mu.Lock()
	defer w.mu.Unlock()
	in = input{user: user, app: app, openID: openID, binding: len(w.bindings), at: w.tick()}
	w.bindings = append(w.bindings, in)
	return in.binding, in
}

// identityOf is an input with the binding's identity and user.
func (w *world) identityOf(n int) input {
	w.mu.Lock()
	defer w.mu.Unlock()
	in := w.bindings[n]
	in.at = 0
	return in
}

// binding is a binding with what never changes of it.
func (w *world) binding(n int) login.Binding {
	in := w.identityOf(n)
	return login.Binding{
		ID: fmt.Sprintf("%s-binding-%d", w.name, n), AppID: appIDs[in.app], OpenID: w.openID(in.app, in.openID),
		UserID: w.userID(in.user), Index: w.identity(in.app, in.openID), BoundAt: w.base, LastLoginAt: w.base,
	}
}

// identity is the index of an identity.
func (w *world) identity(app, openID int) string { return w.openID(app, openID) + "-index" }

// phone is the number n as it was verified at a tick, 0 for never. The number 0 is none.
func (w *world) phone(n int, verified int64) (p login.Phone) {
	if n != 0 {
		p.Number, p.Index = fmt.Sprintf("+%d", n), fmt.Sprintf("%s-phone-%d", w.name, n)
	}
	if verified != 0 {
		p.VerifiedAt = w.time(verified)
	}
	return p
}

// union is the index of the unionid n. The unionid 0 is none.
func (w *world) union(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%s-union-%d", w.name, n)
}

// unionOf is the inverse of union, -1 for one that was never made this way.
func (w *world) unionOf(index string) int {
	for n := range unions + 1 {
		if w.union(n) == index {
			return n
		}
	}
	return -1
}

// numberOf is the number of a binding as a store returns it: 0 for none, and -1 for one that was never made this way.
func (w *world) numberOf(b login.Binding) int {
	if b.ID == "" {
		return 0
	}
	n := w.numbered(b.ID)
	if n < 0 {
		return n
	}
	if made := w.binding(n); b.AppID != made.AppID || b.OpenID != made.OpenID || b.UserID != made.UserID || b.Index != made.Index {
		return -1
	}
	return n
}

// seenBinding is a binding as the model sees it.
func (w *world) seenBinding(b login.Binding) binding {
	return binding{number: w.numberOf(b), union: w.unionOf(b.Union), epoch: w.epochAt(b.Epoch)}
}

func (w *world) numbered(id string) int {
	digits, ok := strings.CutPrefix(id, w.name+"-binding-")
	n, err := strconv.Atoi(digits)
	w.mu.Lock()
	defer w.mu.Unlock()
	if !ok || err != nil || n < 1 || n >= len(w.bindings) {
		return -1
	}
	return n
}

// made records that a binding was created. It may be gone again.
func (w *world) made(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.bound = append(w.bound, n)
}

// someBinding is one of the latest bindings created.
func (w *world) someBinding(chance *rand.Rand) (int, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return oneOf(w.bound, chance)
}

// oneOf is one of the latest numbers.
func oneOf(numbers []int, chance *rand.Rand) (int, bool) {
	const latest = 4
	i := len(numbers) - 1 - chance.IntN(latest)
	if i < 0 {
		return 0, false
	}
	return numbers[i], true
}

// newSession is a future session under a binding, with an epoch. It is not ok if there are already as many as a state
// holds.
func (w *world) newSession(binding int, at int64, epoch string) (n int, ok bool) {
	b := w.binding(binding)
	w.mu.Lock()
	defer w.mu.Unlock()
	if n = len(w.sessions); n == sessions {
		return 0, false
	}
	w.sessions = append(w.sessions, login.Session{
		UserID: b.UserID, TokenHash: fmt.Sprintf("%s-session-%d", w.name, n), AppID: b.AppID, BindingID: b.ID, Epoch: epoch,
		CreatedAt: w.time(at), SeenAt: w.time(at), IdleEnd: w.time(at).Add(login.IdleLife), AbsoluteEnd: w.time(at).Add(login.AbsoluteLife),
	})
	w.seen = append(w.seen, at)
	return n, true
}

func (w *world) session(n int) login.Session {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.sessions[n]
}

// userOf is the number of a session's user.
func (w *world) userOf(session int) int {
	return w.identityOf(w.numbered(w.session(session).BindingID)).user
}

// publish records that the login has given the session's token away.
func (w *world) publish(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open = append(w.open, n)
}

// someSession is one of the latest published sessions.
func (w *world) someSession(chance *rand.Rand) (int, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return oneOf(w.open, chance)
}

// note keeps SeenAt of a session as read; lastSeen returns it.
func (w *world) note(session int, seen int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen[session] = seen
}

func (w *world) lastSeen(session int) int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.seen[session]
}

// view is a user as the model sees them.
func (w *world) view(u login.User) user {
	seen := user{there: true, disabled: u.Disabled, epoch: w.epochAt(u.Epoch), password: w.epochAt(u.PasswordID), created: w.ticks(u.CreatedAt)}
	for app, appID := range appIDs {
		if note, ok := u.Apps[appID]; ok {
			seen.apps[app] = w.numberOf(login.Binding{ID: note.BindingID, AppID: appID, OpenID: note.OpenID, UserID: u.ID, Index: note.Index})
			seen.known[app] = w.unionOf(note.Union)
		}
		if r, ok := u.Replaced[appID]; ok {
			seen.replaced[app] = replacement{at: w.ticks(r.At)}
			for n := range openIDs {
				if w.openID(app, n) == r.OpenID {
					seen.replaced[app].openID = n + 1
				}
			}
		}
		if u.RegisteredIn == appID {
			seen.registered = app + 1
		}
	}
	seen.verified = w.ticks(u.Phone.VerifiedAt)
	for n := range phones + 1 {
		if p := w.phone(n, seen.verified); n != 0 && p.Number == u.Phone.Number && p.Index == u.Phone.Index {
			seen.phone = n
		}
	}
	for n := range unions + 1 {
		seen.unions[n] = n != 0 && slices.Contains(u.Unions, w.union(n))
	}
	return seen
}
