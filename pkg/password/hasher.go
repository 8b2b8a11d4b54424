// Package password hashes passwords with argon2id behind login.Hasher, and still
// accepts the bcrypt hashes of users that a platform brings along.
package password

import (
	"context"
	"fmt"
	"runtime"

	"github.com/wxbind/wxbind/pkg/login"
)

// Config sets up a Hasher.
type Config struct {
	// Parallel is how many passwords may be worked on at the same time. Each takes
	// 19 MiB (an imported hash up to 64 MiB). Zero means GOMAXPROCS: more would
	// make nobody's login faster.
	Parallel int
}

// Hasher is login.Hasher.
type Hasher struct {
	slots chan struct{}
	// verify is verifier.verify; a test counts what it is called with.
	verify func(verifier, login.Hidden) (ok, outdated bool)
}

var _ login.Hasher = (*Hasher)(nil)

// New makes a Hasher. One serves a whole process, since it bounds its memory.
func New(c Config) *Hasher {
	if c.Parallel <= 0 {
		c.Parallel = runtime.GOMAXPROCS(0)
	}
	return &Hasher{slots: make(chan struct{}, c.Parallel), verify: verifier.verify}
}

// Hash makes a PHC string with today's parameters and a fresh salt.
func (h *Hasher) Hash(ctx context.Context, password login.Hidden) (login.Hidden, error) {
	if err := h.acquire(ctx); err != nil {
		return "", err
	}
	defer h.release()
	return fresh(password).text(), nil
}

// Verify says whether the password is the hash's, and whether the hash should be
// replaced by one of Hash, for which the right password is needed. An empty hash
// matches nothing. A wrong password costs the work of today's parameters and of each of the kinds once, so that nobody
// learns by the time whether there is such a user, and with what hash. That holds for
// users whose hash is of one of the first MaxKinds kinds. See
// docs/decisions/equal-time.md.
//
// Errors: the context's, when it ends before all is computed; a hash, or a kind,
// that cannot be read.
func (h *Hasher) Verify(ctx context.Context, hash, password login.Hidden, kinds []string) (ok, outdated bool, err error) {
	stored := verifier(today.decoy())
	if hash != "" {
		if stored, err = parse(hash); err != nil {
			return false, false, err
		}
	}
	work, err := workOf(stored, kinds)
	if err != nil {
		return false, false, err
	}
	if err := h.acquire(ctx); err != nil {
		return false, false, err
	}
	defer h.release()
	for _, v := range work {
		if err := ctx.Err(); err != nil {
			return false, false, fmt.Errorf("password: not all was computed in time: %w", err)
		}
		matches, old := h.verify(v, password)
		if v != stored {
			continue
		}
		if outdated = old; matches && hash != "" {
			return true, outdated, nil
		}
	}
	return false, outdated, nil
}

// Kind names the algorithm and the parameters of a hash: "bcrypt 10",
// "argon2id m=65536,t=3,p=4", or "" for those of Hash.
//
// Errors: why Verify would refuse to read the hash, without quoting it.
func (*Hasher) Kind(hash login.Hidden) (string, error) {
	stored, err := parse(hash)
	if err != nil {
		return "", err
	}
	return stored.kind(), nil
}

// acquire waits for a free slot, but not beyond ctx.
func (h *Hasher) acquire(ctx context.Context) error {
	err := ctx.Err()
	if err == nil {
		select {
		case h.slots <- struct{}{}:
			return nil
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	return fmt.Errorf("password: no processor was free in time: %w", err)
}

func (h *Hasher) release() { <-h.slots }
