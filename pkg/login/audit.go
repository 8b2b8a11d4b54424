package login

import (
	"errors"
	"maps"
	"slices"
)

// Event names something that whoever watches over accounts wants to know about. The
// names are stable.
type Event string

// These are events of a login.
const (
	// EventLogin: a session was opened through a binding that existed already.
	EventLogin Event = "login"
	// EventBind: an identity was bound to a user, and a session opened.
	EventBind Event = "bind"
	// EventBindConflict: the password was right, but the identity is bound to another user,
	// or the user to another identity.
	EventBindConflict Event = "bind_conflict"
	// EventWrongPassword: the username is unknown or the password wrong.
	EventWrongPassword Event = "wrong_password"
	// EventThrottled: an attempt was refused because of wrong passwords before it.
	EventThrottled Event = "throttled"
	// EventRegister: somebody became a user by themselves.
	EventRegister Event = "register"
	// EventLink: an identity was bound to the user who has its unionid.
	EventLink Event = "link"
	// EventRebind: an identity took the place of the user's former one.
	EventRebind Event = "rebind"
	// EventUnionConflict: a binding's unionid is that of another user's binding.
	EventUnionConflict Event = "union_conflict"
	// EventLoginDisabled: a disabled user came with their own identity or the right password.
	EventLoginDisabled Event = "login_disabled"
)

// These are events of a user who is logged in.
const (
	// EventLogout: a session was ended by a request with its own token.
	EventLogout Event = "logout"
	// EventLogoutAll: all sessions of a user were ended.
	EventLogoutAll Event = "logout_all"
	// EventSessionRevoke: one session was ended by its id, by the user or by an administrator.
	EventSessionRevoke Event = "session_revoke"
	// EventUnbind: a binding was removed.
	EventUnbind Event = "unbind"
	// EventPasswordChange: a user changed their password, which ends their other sessions.
	EventPasswordChange Event = "password_change"
	// EventPhoneSet: a user's phone number was set or changed.
	EventPhoneSet Event = "phone_set"
	// EventProfileSet: a user's name or avatar was set by themselves.
	EventProfileSet Event = "profile_set"
	// EventExport: a user got everything that is held about them.
	EventExport Event = "account_export"
	// EventDelete: a user was removed.
	EventDelete Event = "account_delete"
	// EventReauthRequired: somebody with a token asked for what needs a fresh code of the session's
	// identity, and had none.
	EventReauthRequired Event = "reauth_required"
)

// EventServiceRejected: somebody who wanted to introspect a token did not have the key of a service.
const EventServiceRejected Event = "service_rejected"

// These are events of a push of WeChat's.
const (
	// EventWeChatClosed: the person has closed their WeChat account, and their binding was removed; or the user, if that was the
	// last one: see PushSettings.Closed.
	EventWeChatClosed Event = "wechat_closed"
	// EventDataRevoke: the person has withdrawn their consent to data, or WeChat has removed their name and avatar, and what was
	// held of it was removed.
	EventDataRevoke Event = "data_revoke"
	// EventPushUnproved: a push asked to remove something in plain mode, in which nothing proves that it is WeChat's. Nothing was
	// removed.
	EventPushUnproved Event = "push_unproved"
	// EventPushRejected: a push was not signed or encrypted as WeChat does for this mini-program.
	EventPushRejected Event = "push_rejected"
)

// These are events of an administrator.
const (
	EventUserAdd     Event = "user_add"
	EventUserImport  Event = "user_import"
	EventPasswordSet Event = "password_set"
	EventUserDisable Event = "user_disable"
	EventUserEnable  Event = "user_enable"
	EventUserSet     Event = "user_set"
	EventRoleSet     Event = "role_set"
	EventRoleDelete  Event = "role_delete"
	EventRestore     Event = "store_restore"
	// EventAppLogout: the sessions of all users in a mini-program were ended.
	EventAppLogout Event = "app_logout"
	// EventMigrate: users were made to be found by their unionids, for the move of a mini-program.
	EventMigrate Event = "binding_migrate"
	// EventBindingImport: identities were bound to users as a file says.
	EventBindingImport Event = "binding_import"
	// EventStoreExport: all users, roles and bindings were written to files.
	EventStoreExport Event = "store_export"
)

// eventMeaning is everything that is fixed about an event.
type eventMeaning struct {
	// notable says that somebody may want to look at it.
	notable bool
	// refusals lists the errors that are this event; see noteRefusal.
	refusals []Code
}

var eventMeanings = map[Event]eventMeaning{
	EventLogin:         {},
	EventBind:          {},
	EventBindConflict:  {notable: true, refusals: []Code{IdentityBound, UserBound}},
	EventWrongPassword: {notable: true, refusals: []Code{InvalidCredentials}},
	EventThrottled:     {notable: true, refusals: []Code{TooManyAttempts}},
	EventRegister:      {},
	EventLink:          {},
	EventRebind:        {notable: true},
	EventUnionConflict: {notable: true},
	EventLoginDisabled: {notable: true, refusals: []Code{UserDisabled}},

	EventLogout:         {},
	EventLogoutAll:      {},
	EventSessionRevoke:  {},
	EventUnbind:         {},
	EventPasswordChange: {},
	EventPhoneSet:       {},
	EventProfileSet:     {},
	EventExport:         {},
	EventDelete:         {},

	EventReauthRequired:  {notable: true, refusals: []Code{ReauthRequired}},
	EventServiceRejected: {notable: true, refusals: []Code{InvalidClient}},

	EventWeChatClosed: {},
	EventDataRevoke:   {},
	EventPushUnproved: {notable: true},
	EventPushRejected: {notable: true, refusals: []Code{PushRejected}},

	EventUserAdd:     {},
	EventUserImport:  {},
	EventPasswordSet: {},
	EventUserDisable: {},
	EventUserEnable:  {},
	EventUserSet:     {},
	EventRoleSet:     {},
	EventRoleDelete:  {},
	EventRestore:     {notable: true},
	EventAppLogout:   {notable: true},
	EventMigrate:     {},

	EventBindingImport: {},
	EventStoreExport:   {notable: true},
}

// Events lists every event, in no order.
func Events() []Event { return slices.Collect(maps.Keys(eventMeanings)) }

// Known says whether e is one of Events.
func (e Event) Known() bool { _, ok := eventMeanings[e]; return ok }

// Notable says whether somebody may want to look at e. Other events happen every day.
func (e Event) Notable() bool { return eventMeanings[e].notable }

// Note adds an event to the trail.
func (t *Trail) Note(e Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.Events = append(t.Events, e)
}

// noteRefusal adds the event that an error is, if it is one. Only a login, a reauthentication, the
// authentication of a service and a push may call it: on a visit UserDisabled is no event.
func (t *Trail) noteRefusal(err error) {
	if err == nil {
		return
	}
	for event, meaning := range eventMeanings {
		if slices.ContainsFunc(meaning.refusals, func(c Code) bool { return errors.Is(err, c) }) {
			t.Note(event)
		}
	}
}
