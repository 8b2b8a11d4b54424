package login

import (
	"context"
	"time"
)

// MaxNotices is how many notices of one user may wait for delivery. A change that would add another is refused as StoreUnavailable:
// it is not done, and nothing is lost.
const MaxNotices = 1000

// NoticeReserve is how many more may wait of what a user cannot do at will. So nobody fills their outbox, while the receiver is
// down, to keep an administrator from disabling them, or themselves or WeChat from deleting.
const NoticeReserve = 100

// Most is how many notices of a user may wait once one of this type is added.
func (t NoticeType) Most() int {
	switch t {
	case NoticeDisabled, NoticeEnabled, NoticeDataRevoked, NoticeDeleted:
		return MaxNotices + NoticeReserve
	default:
		return MaxNotices
	}
}

// OutboxMemory is how long a store makes sure, after everything was delivered, that a user's next Notice.Number is above the last. Later
// it begins anew from the time, which is above the old numbers unless a clock was wrong by that much. A store may make sure for good.
const OutboxMemory = 30 * 24 * time.Hour

// Outbox keeps notices until they are delivered. A store that is told to keep notices writes them in the transaction of the change,
// in this order:
//
//   - Bind, Admit: bound; Admit of a newcomer: registered, bound; Rebind: unbound, bound
//   - Unbind: unbound
//   - SetPhone, if the number is another one than before: phone_changed, also for the user who loses it; so Admit for the one who yields
//   - ReplacePassword, ChangePassword, OpenWithPassword, ClaimUsername: password_changed; BindWithPassword: password_changed, bound
//   - EndSession with SessionRevoked, if the session had not ended, and LogoutUser: session_revoked
//   - DisableUser, EnableUser, if the user was not so already: disabled, enabled
//   - Withdraw: data_revoked, whether or not wxbind had anything of it
//   - DeleteUser: deleted
//
// Their AppID is what the method is told: that of the binding or the session, for a phone number that of the new one, and "" where it
// is told none.
//
// What an administrator imports is in no notice (AddUser, AddUsers, AddBindings), nor what a directory says (Profiles), nor what
// changes nothing: a bind to the same user again, a removal that finds nothing. A write that the transport sends twice writes one notice.
type Outbox interface {
	// NoticesOf reads the notices of a user that wait, by rising Number.
	NoticesOf(ctx context.Context, userID string) ([]Notice, error)
	// Delivered removes the notices of a user up to a number, which NoticesOf has read, and which have been delivered at that time. It
	// does nothing about those that are gone already, and nothing to those that came meanwhile.
	Delivered(ctx context.Context, userID string, through int64, at time.Time) error
	// Waiting lists up to limit users who have notices that wait, in an order of its own. It begins after the user after; "" means
	// the first page. An empty page is the last.
	Waiting(ctx context.Context, after string, limit int) ([]WaitingUser, error)
}

// WaitingUser is a user with notices that wait.
type WaitingUser struct {
	UserID string
	// Since is when the oldest of them was written.
	Since time.Time
}
