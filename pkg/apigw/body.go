package apigw

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/origin"
)

// MaxBody is the largest body accepted, in bytes after base64.
const MaxBody = 64 << 10

// bodyFields reads the fields of a body.
func (r *Route) bodyFields(event *events.APIGatewayV2HTTPRequest) (fields, error) {
	body, err := bodyOf(event)
	if err != nil {
		return nil, err
	}
	return known(r.fields).parse(labelOf(origin.Header(event.Headers, "content-type")), body)
}

// rawBody is a body as it came, whatever its label says.
//
// Errors: BodyTooLarge; BodyMalformed.
func rawBody(event *events.APIGatewayV2HTTPRequest) ([]byte, error) {
	body, err := bodyOf(event)
	return []byte(body), err
}

// bodyOf is a body without the base64 in which API Gateway may put it.
//
// Errors: BodyTooLarge; BodyMalformed.
func bodyOf(event *events.APIGatewayV2HTTPRequest) (string, error) {
	body := event.Body
	if event.IsBase64Encoded {
		if len(body) > base64.StdEncoding.EncodedLen(MaxBody) {
			return "", login.BodyTooLarge
		}
		decoded, err := base64.StdEncoding.DecodeString(body)
		if err != nil {
			return "", login.BodyMalformed
		}
		body = string(decoded)
	}
	if len(body) > MaxBody {
		return "", login.BodyTooLarge
	}
	return body, nil
}

// parse reads a body. The body itself decides what it is: clients and proxies label it wrongly, and no form
// begins with a brace, which it escapes. Its label decides the rest.
//
// That a page elsewhere may make a browser send a body without asking first, labelled text/plain, changes
// nothing: the same page may send a form. It gains nothing by either. There are no cookies, tokens come in headers
// that a browser asks about first, and who has a code needs no victim's browser to send it.
func (k known) parse(is label, body string) (fields, error) {
	body = strings.TrimLeftFunc(body, login.Blank) // a byte order mark, too
	switch {
	case body == "":
		return nil, nil
	case is.foreign && !inASCII(body):
		return nil, login.ContentTypeUnsupported // whose bytes are guessed at best
	case body[0] == '{':
		return k.jsonFields(body)
	case saysNothing(body):
		return nil, nil
	case login.LostObject(strings.TrimRightFunc(body, login.Blank)):
		return nil, login.BodyMalformed // it may have said all: true
	case is.form && !is.json && !is.other:
		if strings.ContainsRune(`["<`, rune(body[0])) || strings.ContainsAny(body, "\x00") {
			return nil, login.BodyMalformed // JSON, XML and UTF-16, of which a form would only ignore everything
		}
		return k.pairs(body, login.BodyMalformed)
	case k.plainly(body):
		return k.pairs(body, login.BodyMalformed)
	case is.json:
		return k.jsonFields(body) // which says what is wrong with it
	}
	return nil, login.ContentTypeUnsupported
}

// saysNothing says whether a body that is not empty says no more than an empty one: null, "" or [], as JSON, or
// what JavaScript writes for nothing, also in quotes.
func saysNothing(body string) bool {
	switch body[0] {
	case 'u', 'n', 'N', '[', '"':
	default:
		return false // as nearly all do
	}
	body = strings.TrimRightFunc(body, login.Blank)
	var quoted string
	if body[0] == '"' && json.Unmarshal([]byte(body), &quoted) == nil {
		body = login.Trim(quoted)
	}
	if inside, ok := strings.CutPrefix(body, "["); ok {
		return strings.TrimLeftFunc(inside, login.Blank) == "]"
	}
	return body == "" || body == "{}" || login.SaysNothing(body)
}

// inASCII says whether a body is the same in every charset that contains ASCII. In a form, %80 and above stand
// for bytes of its charset.
func inASCII(body string) bool {
	isForm := body[0] != '{'
	for i := range len(body) {
		if body[i] >= 0x80 || isForm && body[i] == '%' && i+1 < len(body) && body[i+1] > '7' {
			return false
		}
	}
	return true
}

// label is what a Content-Type says of a body.
type label struct {
	json, form, other bool
	// foreign says that it names a charset other than UTF-8.
	foreign bool
}

// labelOf reads a Content-Type, leniently: proxies repeat it, and clients write its parameters as they like.
func labelOf(contentType string) label {
	switch contentType {
	case "application/json":
		return label{json: true}
	case "application/x-www-form-urlencoded":
		return label{form: true}
	}
	var is label
	for contentType != "" {
		part := contentType
		contentType = ""
		if i := strings.IndexAny(part, ";,"); i >= 0 {
			part, contentType = part[:i], part[i+1:]
		}
		is.add(strings.TrimSpace(part))
	}
	return is
}

// add adds a part of a Content-Type: a media type, a parameter, or a charset without its name, as in
// "application/json; utf-8".
func (is *label) add(part string) {
	charset := part
	if i := strings.IndexAny(part, "=:"); i >= 0 {
		if !strings.EqualFold(strings.TrimSpace(part[:i]), "charset") {
			return
		}
		charset = strings.Trim(part[i+1:], " \t\"'")
	} else if strings.Contains(part, "/") {
		switch {
		case strings.EqualFold(part, "application/json"):
			is.json = true
		case strings.EqualFold(part, "application/x-www-form-urlencoded"):
			is.form = true
		default:
			is.other = true
		}
		return
	}
	for _, ours := range []string{"", "charset", "utf-8", "utf8"} {
		if strings.EqualFold(charset, ours) {
			return
		}
	}
	is.foreign = true
}
