package outbox

import (
	"context"

	"github.com/wxbind/wxbind/pkg/login"
)

// Sent is what DeliverAll has done.
type Sent struct {
	// Notices were taken, of Users of whom nothing is left that was waiting.
	Notices, Users int
	// Failed are the users of whom something was not taken.
	Failed int
}

// DeliverAll tries everybody once, and gives up once the first few users, or any in a row, have all failed.
//
// Errors: the last that a user had, if any had one; else those of the outbox.
func DeliverAll(ctx context.Context, from login.Outbox, to Sender) (done Sent, err error) {
	var last error
	inRow := 0
	err = Walk(ctx, from, func(u login.WaitingUser) error {
		delivered, err := Deliver(ctx, from, to, u.UserID)
		done.Notices += delivered
		if err == nil {
			done.Users++
			inRow = 0
			return nil
		}
		last = err
		done.Failed++
		if inRow++; inRow == manyFailures || ctx.Err() != nil {
			return err
		}
		return nil
	})
	if err == nil {
		err = last
	}
	return done, err
}
