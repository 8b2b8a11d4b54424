package login

import (
	"errors"
	"maps"
	"slices"
)

// Event names something that whoever watches over accounts wants to know of. The
// names are stable.
type Event string

// What is done by whoever logs in.
const (
	// EventLogin: a session was opened through a binding that stood.
	EventLogin Event = "login"
	// EventBind: an identity was bound to a user, and a session opened.
	EventBind Event = "bind"
	// EventBindConflict: the password was right, and the identity or the user is
	// bound to another.
	EventBindConflict Event = "bind_conflict"
	// EventWrongPassword: the username is unknown or the password wrong.
	EventWrongPassword Event = "wrong_password"
	// EventThrottled: a try was refused because of those before it.
	EventThrottled Event = "throttled"
)

// What is done by a user who is logged in.
const (
	// EventLogout: a session was ended by itself.
	EventLogout Event = "logout"
	// EventLogoutAll: all sessions of a user were ended.
	EventLogoutAll Event = "logout_all"
	// EventSessionRevoke: one session of a user was ended, by another or by an administrator.
	EventSessionRevoke Event = "session_revoke"
	// EventUnbind: a binding was removed.
	EventUnbind Event = "unbind"
	// EventExport: what is held about a user was given to that user.
	EventExport Event = "account_export"
	// EventDelete: a user was removed.
	EventDelete Event = "account_delete"
)

// What is done by an administrator.
const (
	EventUserAdd     Event = "user_add"
	EventUserImport  Event = "user_import"
	EventPasswordSet Event = "password_set"
	EventUserDisable Event = "user_disable"
	EventUserEnable  Event = "user_enable"
)

// eventMeaning is all that is fixed about an event.
type eventMeaning struct {
	// notable says that somebody may want to look at it.
	notable bool
	// refusals are the codes of a bind that are this event.
	refusals []Code
}

var eventMeanings = map[Event]eventMeaning{
	EventLogin:         {},
	EventBind:          {},
	EventBindConflict:  {notable: true, refusals: []Code{IdentityBound, UserBound}},
	EventWrongPassword: {notable: true, refusals: []Code{InvalidCredentials}},
	EventThrottled:     {notable: true, refusals: []Code{TooManyAttempts}},

	EventLogout:        {},
	EventLogoutAll:     {},
	EventSessionRevoke: {},
	EventUnbind:        {},
	EventExport:        {},
	EventDelete:        {},

	EventUserAdd:     {},
	EventUserImport:  {},
	EventPasswordSet: {},
	EventUserDisable: {},
	EventUserEnable:  {},
}

// Events lists every event, in no order.
func Events() []Event { return slices.Collect(maps.Keys(eventMeanings)) }

// Known says whether e is one of Events.
func (e Event) Known() bool { _, ok := eventMeanings[e]; return ok }

// Notable says that somebody may want to look at e. Other events are everyday business.
func (e Event) Notable() bool { return eventMeanings[e].notable }

// Note adds an event to the trail.
func (t *Trail) Note(e Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.Events = append(t.Events, e)
}

// noteRefusal adds the event that a refusal is, if it is one.
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
