package wechatdata

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// Pushes implements login.Pushes.
type Pushes struct{}

// Why a push is refused. None says what came.
var (
	errNoToken      = errors.New("no Token is set")
	errSignature    = errors.New("the signature is not of this Token")
	errForm         = errors.New("timestamp or nonce has not the form of WeChat's")
	errNotEncrypted = errors.New("it is not encrypted, though an EncodingAESKey is set")
	errEncrypted    = errors.New("it is encrypted, and no EncodingAESKey is set")
)

// VerifyURL implements login.Pushes.
func (Pushes) VerifyURL(settings login.PushSettings, raw login.RawPush) error {
	if err := verifyPlain(settings, raw); err != nil {
		return refused(err)
	}
	return nil
}

// Read implements login.Pushes.
func (Pushes) Read(appID string, settings login.PushSettings, raw login.RawPush) (login.Push, error) {
	message, err := read(appID, settings, raw)
	if err != nil {
		return login.Push{}, refused(err)
	}
	return pushOf(appID, settings.EncodingAESKey != "", message), nil
}

func refused(cause error) error { return login.Because(login.PushRejected, cause) }

// read verifies a push, and returns the fields of its message.
func read(appID string, settings login.PushSettings, raw login.RawPush) (fields, error) {
	if settings.EncodingAESKey == "" {
		if err := verifyPlain(settings, raw); err != nil {
			return nil, err
		}
		message, err := parse(raw.Body)
		if err == nil && message["encrypt"] != "" && message["event"] == "" {
			err = errEncrypted
		}
		return message, err
	}
	outer, err := parse(raw.Body)
	if err != nil {
		return nil, err
	}
	encrypted := outer["encrypt"]
	if encrypted == "" {
		return nil, errNotEncrypted
	}
	// In compatible mode the body also has the message in plain text. Nothing covers that, so only what is encrypted counts.
	if err := verify(settings, raw.MessageSignature, raw.Timestamp, raw.Nonce, encrypted); err != nil {
		return nil, err
	}
	plain, err := open(settings.EncodingAESKey, appID, encrypted)
	if err != nil {
		return nil, err
	}
	return parse(plain)
}

func verifyPlain(settings login.PushSettings, raw login.RawPush) error {
	return verify(settings, raw.Signature, raw.Timestamp, raw.Nonce)
}

// pushOf makes a push of its message. proved says that the message was encrypted.
func pushOf(appID string, proved bool, message fields) login.Push {
	created := message["createtime"]
	push := login.Push{
		Event:      strings.ToLower(message["event"]),
		Proved:     proved,
		OpenID:     message["openid"],
		At:         timeOf(created),
		Revoked:    kindsOf(message["revokeinfo"]),
		Punishment: message["event_type"],
	}
	// A plug-in's host, or whom else WeChat may tell about: their openids are of another app.
	if about := message["appid"]; about != "" && about != appID {
		push.OpenID = ""
	}
	push.ID = digest(appID, push.Event, push.OpenID, created, message["revokeinfo"])
	return push
}

// lastSecond is the last one that every store can keep: the end of the year 9999.
const lastSecond = 253402300799

// timeOf reads Unix seconds. It is the zero time for what is none.
func timeOf(seconds string) time.Time {
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil || n <= 0 || n > lastSecond {
		return time.Time{}
	}
	return time.Unix(n, 0).UTC()
}

// digest hashes parts, each behind its length, so that no two lists look alike.
func digest(parts ...string) string {
	var text []byte
	for _, part := range parts {
		text = binary.AppendUvarint(text, uint64(len(part)))
		text = append(text, part...)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}
