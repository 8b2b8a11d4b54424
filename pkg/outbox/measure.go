package outbox

import (
	"context"
	"log/slog"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// Count counts the users who have notices that wait, and finds out since when the oldest of them does; zero if there are none.
//
// Errors: those of the outbox.
func Count(ctx context.Context, from login.Outbox) (users int, oldest time.Time, err error) {
	err = Walk(ctx, from, func(u login.WaitingUser) error {
		users, oldest = users+1, earlier(oldest, u.Since)
		return nil
	})
	return users, oldest, err
}

// earlier is the earlier of two times; the zero time counts as none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// Walk calls do for each user who has notices that wait, until do fails.
//
// Errors: those of the outbox and of do.
func Walk(ctx context.Context, from login.Outbox, do func(login.WaitingUser) error) error {
	for after := ""; ; {
		users, err := from.Waiting(ctx, after, page)
		if err != nil || len(users) == 0 {
			return err
		}
		for _, u := range users {
			after = u.UserID
			if err := do(u); err != nil {
				return err
			}
		}
	}
}

// measure counts who waits, and forgets late users whom somebody else has delivered.
func (w *Worker) measure(ctx context.Context) error {
	var users int
	var oldest time.Time
	waiting := map[string]bool{}
	if err := Walk(ctx, w.outbox, func(u login.WaitingUser) error {
		users, oldest = users+1, earlier(oldest, u.Since)
		waiting[u.UserID] = true
		return nil
	}); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stats.Users, w.stats.Oldest = users, oldest
	for id := range w.late {
		if !waiting[id] {
			w.recovered(ctx, id)
		}
	}
	overdue := users > 0 && time.Since(oldest) > Overdue
	switch {
	case overdue && !w.overdue:
		slog.ErrorContext(ctx, "notices have waited for more than an hour", "users", users, "since", oldest.UTC())
	case w.overdue && !overdue:
		slog.InfoContext(ctx, "no notice has waited for an hour any more")
	}
	w.overdue = overdue
	return nil
}

// note logs when the outbox cannot be read, and when it can again.
func (w *Worker) note(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	switch {
	case err != nil && !w.unread:
		slog.ErrorContext(ctx, "cannot read which notices wait", "error", err.Error())
	case err == nil && w.unread:
		slog.InfoContext(ctx, "which notices wait can be read again")
	}
	w.unread = err != nil
}
