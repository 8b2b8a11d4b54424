package wechat

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/wxbind/wxbind/pkg/bom"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/upstream"
)

const (
	// maxReply bounds a body, in bytes. A good one has about 150.
	maxReply = 64 << 10
	// maxID bounds an openid and a unionid, in bytes. WeChat promises no length; its samples have 28 characters.
	maxID = 512
	// keyText is the length of a session_key's 16 bytes in base64.
	keyText = 24
)

// reply is WeChat's answer. On success errcode is absent or 0.
type reply struct {
	OpenID, UnionID, SessionKey string
	Errcode                     errcode
	Errmsg                      string
}

// parse reads the members of a reply by their exact names. A null leaves a field empty, and unknown members are ignored.
func (r *reply) parse(body []byte) error {
	members, err := upstream.Object(body)
	if err != nil {
		return err
	}
	for name, into := range map[string]any{
		"openid": &r.OpenID, "unionid": &r.UnionID, "session_key": &r.SessionKey, "errcode": &r.Errcode, "errmsg": &r.Errmsg,
	} {
		if text, ok := members[name]; ok {
			if err := json.Unmarshal(text, into); err != nil {
				return err
			}
		}
	}
	return nil
}

// errcode is a number, or a number in a string.
type errcode int

func (e *errcode) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		return nil
	}
	n, err := strconv.Atoi(strings.Trim(string(text), `"`))
	*e = errcode(n)
	return err
}

// read reads the body of a 200, whatever its Content-Type: WeChat labels its JSON text/plain. The error is a refusal,
// or says that the body is no reply to the call.
func read(body []byte, call string) (reply, *Error) {
	if len(bytes.TrimSpace(bom.Trim(body))) == 0 {
		return reply{}, &Error{Fault: EmptyReply}
	}
	var r reply
	if r.parse(body) != nil {
		return reply{}, &Error{Fault: BadReply, Detail: "not the JSON of " + call}
	}
	if r.Errcode != 0 {
		return reply{}, refusal(r)
	}
	return r, nil
}

// decode reads the answer to code2Session. It refuses an openid or session_key that is not as documented, since they
// are trusted from here on.
func decode(body []byte) (login.WeChatSession, *Error) {
	r, failed := read(body, "code2Session")
	if failed != nil {
		return login.WeChatSession{}, failed
	}
	detail := ""
	switch key, err := base64.StdEncoding.Strict().DecodeString(r.SessionKey); {
	case r.OpenID == "":
		detail = "no openid"
	case !validID(r.OpenID):
		detail = "openid too long or not text"
	case !validID(r.UnionID):
		detail = "unionid too long or not text"
	case err != nil || len(key) != 16 || len(r.SessionKey) != keyText:
		detail = "session_key is not base64 of 16 bytes"
	}
	if detail != "" {
		return login.WeChatSession{}, &Error{Fault: BadReply, Detail: detail}
	}
	return login.WeChatSession{OpenID: r.OpenID, UnionID: r.UnionID, SessionKey: login.Hidden(r.SessionKey)}, nil
}

// validID refuses an id that is too long, has control characters, or was not valid Unicode: encoding/json replaces
// invalid parts by the replacement character, and two ids could become one.
func validID(id string) bool {
	return len(id) <= maxID && strings.IndexFunc(id, func(r rune) bool {
		return unicode.IsControl(r) || r == utf8.RuneError
	}) < 0
}

// The parts of an errmsg that have a fixed form. Everything else is dropped: an errmsg may echo what was sent.
var (
	// "…, rid: 61725984-6126f6f9-040f19c4"
	ridAtEnd = compiled(`\brid: ([0-9A-Fa-f]{6,10}(?:-[0-9A-Fa-f]{6,10}){2})$`)
	// "…, hints: [ req_id: AijFoqaLRa-pTFm4 ]", and "… hint: [jotvMa01143580]"
	hintAtEnd = compiled(`\bhints?: ?\[ ?(?:req_id: ?)?([0-9A-Za-z_-]{6,24}) ?\]$`)
	// "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist …"
	refusedAddress = compiled(`^invalid ip ([0-9A-Fa-f.:]{2,45})[ ,]`)
)

// compiled compiles a regexp when it is first used: most processes never see an errmsg, and each would pay for it at
// its start.
func compiled(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

func refusal(r reply) *Error {
	e := &Error{Fault: Refused, Errcode: int(r.Errcode)}
	text := strings.TrimSpace(r.Errmsg)
	if m := ridAtEnd().FindStringSubmatch(text); m != nil {
		e.RID = m[1]
	} else if m := hintAtEnd().FindStringSubmatch(text); m != nil {
		e.RID = m[1]
	}
	if firstSigning <= e.Errcode && e.Errcode <= lastSigning {
		e.Detail = "about API security in WeChat's console (docs/api-security.md)"
	}
	if meaningOf(e.Errcode) == login.WXAddressBlocked {
		if m := refusedAddress().FindStringSubmatch(text); m != nil {
			if ip, err := netip.ParseAddr(m[1]); err == nil {
				e.Address = ip.Unmap().String()
			}
		}
	}
	return e
}
