// Package password hashes passwords with argon2id behind login.Hasher. It also accepts the hashes of users that a platform
// imports: argon2id, bcrypt, PBKDF2, scrypt and salted digests, in the forms of PHC, crypt, Spring Security and Django.
package password

import (
	"context"
	"errors"
	"runtime"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// Config configures a Hasher.
type Config struct {
	// Parallel is how many passwords may be hashed concurrently. Each takes 19 MiB (an imported hash up to 64 MiB).
	// Zero means GOMAXPROCS; more would make no login faster.
	Parallel int
}

// Hasher implements login.Hasher.
type Hasher struct {
	*queue
	// verify is verifier.verify; a test counts its calls.
	verify func(verifier, login.Hidden) (ok, outdated bool)
}

var _ login.Hasher = (*Hasher)(nil)

// New makes a Hasher. Use one per process, since it bounds the memory.
func New(c Config) *Hasher {
	if c.Parallel <= 0 {
		c.Parallel = runtime.GOMAXPROCS(0)
	}
	return &Hasher{queue: newQueue(c.Parallel), verify: verifier.verify}
}

// Hash returns a PHC string with today's parameters and a fresh salt.
//
// Errors: as login.Hasher has them.
func (h *Hasher) Hash(ctx context.Context, password login.Hidden) (hash login.Hidden, err error) {
	err = h.do(ctx, today.effort(), func(worked func(effort time.Duration)) error {
		hash = fresh(password).text()
		worked(today.effort())
		return nil
	})
	return hash, err
}

// Verify reports whether the password matches the hash. If it does, outdated reports whether the hash should be
// replaced by one of Hash. An empty hash matches nothing.
//
// A wrong password costs the work of today's parameters and of each kind once. So the time does not reveal whether the
// user exists, nor what hash the user has. That holds for users whose hash is of one of the first MaxKinds kinds. See
// docs/decisions/equal-time.md.
//
// Errors: as login.Hasher has them.
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
	err = h.do(ctx, effortOf(work), func(worked func(effort time.Duration)) error {
		for _, v := range work {
			if err := ctx.Err(); err != nil && v != work[0] {
				return login.Because(login.Overloaded, errors.Join(login.ErrUndecided, err))
			}
			matches, old := h.verify(v, password)
			worked(v.effort())
			if v != stored {
				continue
			}
			if outdated = old; matches && hash != "" {
				ok = true
				return nil
			}
		}
		return nil
	})
	return ok, outdated, err
}

// do does work on a processor. The work says what it has done.
func (h *Hasher) do(ctx context.Context, effort time.Duration, work func(worked func(effort time.Duration)) error) error {
	if err := h.enter(ctx, effort); err != nil {
		return err
	}
	began, done := time.Now(), time.Duration(0)
	defer func() { h.leave(effort, done, time.Since(began)) }()
	return work(func(effort time.Duration) { done += effort })
}

// Kind returns the algorithm and the parameters of a hash: "bcrypt 10", "argon2id m=65536,t=3,p=4", "pbkdf2-sha256 600000" for up
// to 600,000 rounds, "scrypt n=16384,r=8,p=5", "md5"; or "" for those of Hash.
//
// Errors: login.ErrHashTooWeak, with the kind, for a hash below the minimum costs of the OWASP Password Storage Cheat Sheet; why
// Verify would refuse to read the hash. None quotes the hash.
func (*Hasher) Kind(hash login.Hidden) (string, error) {
	stored, err := parse(hash)
	if err != nil {
		return "", err
	}
	return stored.kind(), stored.tooWeak()
}
