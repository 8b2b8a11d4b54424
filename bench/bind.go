package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wxbind/wxbind/bench/people"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
)

// binders is how many bind at the same time, so that they share commits.
const binders = 64

// bindAll binds everybody, each with the session that a bind opens. It does so in the store: through the API each would
// take the 20 ms of a password's hash.
func bindAll(ctx context.Context, path string, n int) (err error) {
	store, err := sqlitestore.Open(ctx, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }() //nolint:contextcheck // closing has a time of its own
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var workers sync.WaitGroup
	for range binders {
		workers.Go(func() {
			for person := int(next.Add(1)) - 1; person < n && ctx.Err() == nil; person = int(next.Add(1)) - 1 {
				if err := bind(ctx, store, person); err != nil {
					cancel(fmt.Errorf("bind %s: %w", people.Username(person), err))
				}
			}
		})
	}
	workers.Wait()
	return context.Cause(ctx)
}

func bind(ctx context.Context, store *sqlitestore.Store, person int) error {
	id, err := store.UserIDByName(ctx, people.Username(person))
	if err != nil {
		return err
	}
	user, err := store.UserByID(ctx, id)
	if err != nil {
		return err
	}
	now, openIDHash := time.Now(), random(32)
	b := login.Binding{
		ID: random(16), AppID: people.AppID, OpenID: people.OpenID(person), UserID: id, Epoch: user.Epoch,
		SealedKey: sealedKey, BoundAt: now, LastLoginAt: now,
	}
	_, err = store.Bind(ctx, b, login.Session{
		UserID: id, TokenHash: random(32), AppID: b.AppID, OpenIDHash: openIDHash, BindingID: b.ID, Epoch: user.Epoch,
		CreatedAt: now, SeenAt: now, IdleEnd: now.Add(login.IdleLife), AbsoluteEnd: now.Add(login.AbsoluteLife), Device: "iPhone",
	})
	return err
}

// random returns that many random bytes in hex.
func random(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return hex.EncodeToString(b)
}
