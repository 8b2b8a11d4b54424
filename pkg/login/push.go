package login

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// PushSettings are what a mini-program's console at WeChat and its operator have agreed on about pushes (消息推送).
type PushSettings struct {
	// Token signs pushes: 3 to 32 letters and digits. It is "" if there are no pushes.
	Token Hidden
	// EncodingAESKey encrypts them: 43 letters and digits. It is "" in plain mode, in which the signature does not cover the body,
	// so that a push proves nothing. With a key, a push that is not encrypted is refused, whatever mode the request claims.
	EncodingAESKey Hidden
	// Closed says what becomes of a user whose last binding ends because the person has closed their WeChat account. "" means
	// ClosedRegistered.
	Closed Closed
}

// Closed says which users are deleted when the person has closed the WeChat account of their last binding.
type Closed string

// These are the choices. Whoever is not deleted loses the binding only.
const (
	// ClosedRegistered: those who have registered by themselves.
	ClosedRegistered Closed = "registered"
	// ClosedAll: all.
	ClosedAll Closed = "all"
	// ClosedNone: none.
	ClosedNone Closed = "none"
)

// The lengths of what WeChat's console demands for pushes, in characters.
const (
	minPushToken      = 3
	maxPushToken      = 32
	encodingAESKeyLen = 43
)

// fault says what is wrong with the settings, "" if nothing. It quotes none.
func (p PushSettings) fault() string {
	alphanumeric := func(key Hidden) bool {
		return !strings.ContainsAny(string(key), "-_") && plainName(string(key), maxPushToken+encodingAESKeyLen)
	}
	switch {
	case p == PushSettings{}:
		return ""
	case len(p.Token) < minPushToken || len(p.Token) > maxPushToken || !alphanumeric(p.Token):
		return fmt.Sprintf("token must be %d to %d letters and digits", minPushToken, maxPushToken)
	case p.EncodingAESKey != "" && (len(p.EncodingAESKey) != encodingAESKeyLen || !alphanumeric(p.EncodingAESKey)):
		return fmt.Sprintf("encodingAESKey must be %d letters and digits", encodingAESKeyLen)
	case p.Closed != "" && !slices.Contains([]Closed{ClosedRegistered, ClosedAll, ClosedNone}, p.Closed):
		return fmt.Sprintf("closed is none of %s, %s, %s", ClosedRegistered, ClosedAll, ClosedNone)
	}
	return ""
}

// RawPush is a request to the push route as it came. Nothing about it is true yet.
type RawPush struct {
	// Signature, MessageSignature, Timestamp and Nonce are the query's signature, msg_signature, timestamp and nonce.
	Signature, MessageSignature, Timestamp, Nonce string
	Body                                          []byte
}

// Push is something that WeChat tells.
type Push struct {
	// Event is WeChat's name of it, in lower case, such as user_authorization_cancellation. It is "" for a message that is no event.
	Event string
	// Proved says that the body is WeChat's. It is false in plain mode.
	Proved bool
	// OpenID is the person whom it is about; "" if it is about nobody.
	OpenID string
	// At is when it happened, by WeChat's clock, in whole seconds.
	At time.Time
	// Revoked are the kinds of data of user_authorization_revoke, without repeats.
	Revoked []DataKind
	// Punishment is the event_type of wxa_punish_event, such as "4": see WeChat's page about it.
	Punishment string
	// ID is the same whenever WeChat repeats the push. It is a hash, and names nobody.
	ID string
}

// Pushes reads what WeChat pushes. See
// https://developers.weixin.qq.com/miniprogram/dev/framework/server-ability/message-push.html
type Pushes interface {
	// VerifyURL checks the signature of the request by which WeChat verifies the address.
	//
	// Errors: PushRejected.
	VerifyURL(settings PushSettings, raw RawPush) error
	// Read verifies a push, decrypts and parses it. With an EncodingAESKey only what is encrypted and of this app counts.
	//
	// Errors: PushRejected, whose cause says why and quotes nothing.
	Read(appID string, settings PushSettings, raw RawPush) (Push, error)
}
