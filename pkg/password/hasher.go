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
	// Parallel is how many hashes may be computed at the same time. Each takes
	// 19 MiB (an imported hash up to 64 MiB). Zero means GOMAXPROCS: more would
	// make nobody's login faster.
	Parallel int
}

// Hasher is login.Hasher.
type Hasher struct {
	slots chan struct{}
}

var _ login.Hasher = (*Hasher)(nil)

// New makes a Hasher. One serves a whole process, since it bounds its memory.
func New(c Config) *Hasher {
	if c.Parallel <= 0 {
		c.Parallel = runtime.GOMAXPROCS(0)
	}
	return &Hasher{slots: make(chan struct{}, c.Parallel)}
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
// matches nothing and costs what one of Hash costs; an imported hash costs what
// its own parameters ask for, until it is replaced.
func (h *Hasher) Verify(ctx context.Context, hash, password login.Hidden) (ok, outdated bool, err error) {
	stored := verifier(decoy)
	if hash != "" {
		if stored, err = parse(hash); err != nil {
			return false, false, err
		}
	}
	if err := h.acquire(ctx); err != nil {
		return false, false, err
	}
	defer h.release()
	ok, outdated = stored.verify(password)
	return ok && hash != "", outdated, nil
}

// Validate says why Verify would refuse to read a hash, without quoting it. It
// is for whoever imports hashes.
func Validate(hash login.Hidden) error {
	_, err := parse(hash)
	return err
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
