package outbox

import (
	"context"
	"errors"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// Sender passes notices on to the platform.
type Sender interface {
	// Send sends some of the notices, which are of one user and in order: as many from the front as fit into one call. It returns
	// how many from the front were taken, also with an error: those are not sent again. Without an error at least one was taken.
	Send(ctx context.Context, notices []login.Notice) (taken int, err error)
}

// removeTime bounds how long the removal of what was taken may still take once the context has ended. Otherwise it would all be
// sent again.
const removeTime = 3 * time.Second

// errNoneTaken is a mistake of a Sender, for which Deliver must not repeat for ever.
var errNoneTaken = errors.New("outbox: the sender took nothing and gave no reason")

// Deliver sends a user's notices in order, and removes from the outbox what was taken. It returns how many were, and why
// the others were not.
//
// Errors: those of the outbox and of the sender, and the context's.
func Deliver(ctx context.Context, from login.Outbox, to Sender, userID string) (delivered int, err error) {
	notices, err := from.NoticesOf(ctx, userID)
	if err != nil {
		return 0, err
	}
	for len(notices) > 0 {
		if err := ctx.Err(); err != nil {
			return delivered, err
		}
		taken, err := to.Send(ctx, notices)
		if taken > 0 {
			removed := remove(ctx, from, notices[taken-1])
			if removed != nil {
				return delivered, errors.Join(err, removed)
			}
			delivered += taken
			notices = notices[taken:]
		} else if err == nil {
			err = errNoneTaken
		}
		if err != nil {
			return delivered, err
		}
	}
	return delivered, nil
}

// remove removes a user's notices up to the last that was taken.
func remove(ctx context.Context, from login.Outbox, last login.Notice) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), removeTime)
	defer cancel()
	return from.Delivered(ctx, last.UserID, last.Number, time.Now())
}
