package login

import (
	"context"
	"sync"
	"time"
)

// Trail gathers what the operator's log line says of one request. It holds nothing that must not be
// logged. Read its fields only when the request is done.
type Trail struct {
	mu sync.Mutex
	// AppID is the mini-program that the request is for.
	AppID string
	// UnknownAppID is the appId that the request names though it is not configured: "no appid" if it has not the form of one.
	// It is "" if there is none.
	UnknownAppID string
	// OpenIDHash stands for the openid; see Secret.Hash.
	OpenIDHash string
	// UserID is the user whom the request is about.
	UserID string
	// Phone stands for the phone number that WeChat has told; see Phone.Logged.
	Phone string
	// Service is the service whose key was not shown, if there is one of that id.
	Service string
	// Pushed is the event of a push, if it is one that this program knows, else "other"; "" if the request is none.
	Pushed string
	// Punishment is the number of the punishment that WeChat has pushed, "other" for one that is not listed; see Punishments.
	Punishment string
	// Prefetched says that the request showed the mini-program's PrefetchKey.
	Prefetched bool
	// Repeated says that the request was a repeat, done under the ids of the first one.
	Repeated bool
	// WeChat, Store, Hashing and Directory say how long the request waited for each.
	WeChat, Store, Hashing, Directory time.Duration
	// Events are what the request did, in order.
	Events []Event
	// Lapses are failures that the request survived.
	Lapses []error
	// beside is what the request's next round trip does beside its own steps, if not nil. If it fails, so
	// does the round trip, with that error alone.
	beside func(context.Context) error
}

type trailKey struct{}

// WithTrail returns a context in which a request leaves its trail in t.
func WithTrail(ctx context.Context, t *Trail) context.Context {
	return context.WithValue(ctx, trailKey{}, t)
}

// TrailOf returns the context's trail, or one that nobody reads.
func TrailOf(ctx context.Context) *Trail {
	if t, ok := ctx.Value(trailKey{}).(*Trail); ok {
		return t
	}
	return &Trail{}
}

// trailed returns the context's trail, and makes it have one.
func trailed(ctx context.Context) (context.Context, *Trail) {
	if t, ok := ctx.Value(trailKey{}).(*Trail); ok {
		return ctx, t
	}
	t := &Trail{}
	return WithTrail(ctx, t), t
}

// lapse notes a failure that the request survives. It does nothing for nil.
func (t *Trail) lapse(err error) {
	if err == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.Lapses = append(t.Lapses, err)
}
