package playground

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

const (
	// hidden stands for what is not shown.
	hidden = "…"
	// maxBody is the largest body that is shown, in bytes, and maxText the longest text in it.
	maxBody = 8 << 10
	maxText = 512
	// maxDepth is how deep a body is shown.
	maxDepth = 8
)

// shownFields are the fields of requests and answers that are shown. All others may be secret: a password, a token, a key,
// or what a client sends by mistake. The one-time codes are those of the stand-in, which anybody can make.
var shownFields = setOf(
	// requests
	"code", "phoneCode", "openId", "username", "replace", "force", "all", "appId", "appid", "lang",
	// answers
	"msg", "error", "action", "requestId", "retryAfter", "message", "ways", "expiresAt", "created", "linked",
	"userInfo", "user", "userId", "id", "name", "roles", "phone", "phoneVerifiedAt", "registeredIn", "createdAt", "disabled",
	"menuList", "path", "icon", "children",
	"sessions", "device", "seenAt", "current", "endedReason", "absoluteEnd",
	"bindings", "bound", "boundAt", "lastLoginAt", "unionId",
	"active", "sub", "client_id", "scope", "token_type", "exp", "iat",
)

// secretFields are those fields of which only the name is shown. Another name may itself be what somebody has mistyped.
var secretFields = setOf("password", "newPassword", "token", "prefetchKey")

func shownName(field string) string {
	if secretFields[field] {
		return field
	}
	return hidden
}

func setOf(names ...string) map[string]bool {
	set := map[string]bool{}
	for _, name := range names {
		set[name] = true
	}
	return set
}

// aToken is a session's token, wherever somebody puts it.
var aToken = regexp.MustCompile(`wxb_[A-Za-z0-9_.~+/=-]*`)

// text is a text without a token, and not too long.
func text(s string) string {
	if strings.Contains(s, "wxb_") {
		s = aToken.ReplaceAllString(s, hidden)
	}
	if len(s) > maxText {
		s = strings.ToValidUTF8(s[:maxText], "") + hidden
	}
	return s
}

// masked is what is shown of a JSON value that is the value of a field, or a whole body.
func masked(name string, value any, depth int) any {
	switch v := value.(type) {
	case map[string]any:
		if depth == maxDepth {
			return hidden
		}
		shown := make(map[string]any, len(v))
		for key, inside := range v {
			if shownFields[key] {
				shown[key] = masked(key, inside, depth+1)
			} else {
				shown[shownName(key)] = hidden
			}
		}
		return shown
	case []any:
		if depth == maxDepth {
			return hidden
		}
		for i, inside := range v {
			v[i] = masked(name, inside, depth+1)
		}
	case string:
		if name == "phone" && !strings.Contains(v, "*") {
			return login.Phone{Number: text(v)}.Masked()
		}
		return text(v)
	}
	return value
}

// body is what is shown of a body: an object for JSON and for a form; nil for none.
type body struct {
	value any
	// form says that it was a form.
	form bool
	// whole says that everything is in the value, masked.
	whole bool
}

// readBody reads a body of this size, of which the beginning is there. Only what can be read as fields is shown.
func readBody(contentType string, begin []byte, size int64) body {
	if size == 0 {
		return body{whole: true}
	}
	unread := body{value: fmt.Sprintf("(%d bytes)", size)}
	if size > maxBody || size < 0 || int64(len(begin)) < size {
		if size < 0 {
			unread.value = fmt.Sprintf("(more than %d bytes)", maxBody)
		}
		return unread
	}
	begin = bytes.TrimSpace(begin)
	if len(begin) > 0 && begin[0] == '{' {
		var fields map[string]any
		decoder := json.NewDecoder(bytes.NewReader(begin))
		decoder.UseNumber()
		if decoder.Decode(&fields) != nil || decoder.More() {
			return unread
		}
		return body{value: masked("", fields, 0), whole: true}
	}
	if !strings.HasPrefix(contentType, "application/x-www-form-urlencoded") {
		return unread
	}
	fields, ok := pairs(string(begin))
	if !ok {
		return unread
	}
	shown := map[string]any{}
	for name, value := range fields {
		shown[name] = value
	}
	return body{value: shown, form: true, whole: true}
}

// pairs reads a query or a form, and masks it.
func pairs(raw string) (fields map[string]string, ok bool) {
	values, err := url.ParseQuery(raw)
	fields = map[string]string{}
	for name, all := range values {
		if shownFields[name] {
			fields[name] = text(all[len(all)-1])
		} else {
			fields[shownName(name)] = hidden
		}
	}
	return fields, err == nil
}
