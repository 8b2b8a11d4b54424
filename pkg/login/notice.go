package login

import "time"

// Notice tells the platform's own systems what has happened to a user here. It names the user by their id, and nothing else about
// them: no phone number, name, openid or unionid. A store writes it with the change itself, all or nothing, and keeps it in its
// outbox until it is delivered: see Outbox.
type Notice struct {
	// ID is random, and the same whenever the notice is sent again.
	ID   string
	Type NoticeType
	// At is when the change was written, by the clock of whoever wrote it.
	At     time.Time
	UserID string
	// AppID is the mini-program of the change; "" if it is of no single one.
	AppID string
	// Data are the kinds of data that a NoticeDataRevoked is about, as in DataKind; nil in others.
	Data []DataKind
	// Number rises with each notice of a user, without gaps while any is kept. Whoever receives notices orders them by it: they
	// may arrive in any order, and more than once.
	Number int64
}

// NoticeType says what has happened. The names are stable.
type NoticeType string

// These are what a user's notices may be about.
const (
	// NoticeRegistered: somebody became a user by themselves. A NoticeBound follows.
	NoticeRegistered NoticeType = "registered"
	// NoticeBound: an identity was bound to the user, in AppID.
	NoticeBound NoticeType = "bound"
	// NoticeUnbound: the binding in AppID was removed, and with it its sessions.
	NoticeUnbound NoticeType = "unbound"
	// NoticePhoneChanged: the phone number was set, replaced or taken away.
	NoticePhoneChanged NoticeType = "phone_changed"
	// NoticePasswordChanged: the user has another password than before, or a first one.
	NoticePasswordChanged NoticeType = "password_changed"
	// NoticeSessionRevoked: one session was ended, by its user or an administrator, or all of them.
	NoticeSessionRevoked NoticeType = "session_revoked"
	// NoticeDisabled and NoticeEnabled: the user may not log in, or may again.
	NoticeDisabled NoticeType = "disabled"
	NoticeEnabled  NoticeType = "enabled"
	// NoticeDataRevoked: the person has withdrawn, at WeChat, their consent to Data in AppID. What wxbind had of it is removed.
	NoticeDataRevoked NoticeType = "data_revoked"
	// NoticeDeleted: the user was deleted with everything that names them.
	NoticeDeleted NoticeType = "deleted"
)

// NoticeTypes lists every NoticeType.
func NoticeTypes() []NoticeType {
	return []NoticeType{
		NoticeRegistered, NoticeBound, NoticeUnbound, NoticePhoneChanged, NoticePasswordChanged, NoticeSessionRevoked,
		NoticeDisabled, NoticeEnabled, NoticeDataRevoked, NoticeDeleted,
	}
}
