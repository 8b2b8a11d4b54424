package apigw

import (
	"encoding/base64"
	"encoding/json"
	"net/netip"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/pkg/login"
)

// maxBody is the largest body accepted, in bytes after base64.
const maxBody = 64 << 10

// request is an event as the domain needs it.
type request struct {
	// id is API Gateway's, which the client may quote to the operator.
	id string
	// lang is "en" for English sentences.
	lang   string
	caller login.Caller
	fields fields
}

// maxRequestID is the longest request id passed on, in bytes; API Gateway's have 16.
const maxRequestID = 128

// requestID is API Gateway's id of a request, or "" if it does not look like
// one (base64 characters).
func requestID(id string) string {
	odd := strings.IndexFunc(id, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-_=+/", r)
	})
	if odd >= 0 || len(id) > maxRequestID {
		return ""
	}
	return id
}

// refererAppID is the appid in the Referer of a mini-program's request, which
// WeChat fixes to https://servicewechat.com/<appid>/<version>/page-frame.html:
// https://developers.weixin.qq.com/miniprogram/dev/framework/ability/network.html
func refererAppID(referer string) string {
	rest, ok := strings.CutPrefix(referer, "https://servicewechat.com/")
	id, _, found := strings.Cut(rest, "/")
	if !ok || !found || !login.ValidAppID(id) {
		return ""
	}
	return id
}

// decode reads an event of a route. The request is given with an error too, as
// far as it could be read: the answer needs its id and language.
func decode(payload []byte, route Route) (*request, error) {
	r := &request{}
	var event events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(payload, &event); err != nil || event.Version != "2.0" {
		return r, login.EventMalformed
	}
	r.id = requestID(event.RequestContext.RequestID)
	query, err := queryFields(event.RawQueryString)
	r.lang = query["lang"]
	if err != nil {
		return r, err
	}
	r.fields = query
	if route.body {
		if r.fields, err = bodyFields(event); err != nil {
			return r, err
		}
		if r.lang == "" {
			r.lang = r.fields["lang"]
		}
	}
	r.caller = callerOf(event, r.fields)
	return r, nil
}

// bodyFields reads the fields of a JSON or form body.
func bodyFields(event events.APIGatewayV2HTTPRequest) (fields, error) {
	body := []byte(event.Body)
	if event.IsBase64Encoded {
		if len(body) > base64.StdEncoding.EncodedLen(maxBody) {
			return nil, login.BodyTooLarge
		}
		decoded, err := base64.StdEncoding.DecodeString(event.Body)
		if err != nil {
			return nil, login.BodyMalformed
		}
		body = decoded
	}
	if len(body) > maxBody {
		return nil, login.BodyTooLarge
	}
	return parseBody(header(event, "content-type"), body)
}

// callerOf tells what the event says of its sender beside the fields. The
// address is API Gateway's word only; a forwarded-for header is anybody's.
func callerOf(event events.APIGatewayV2HTTPRequest, f fields) login.Caller {
	return login.Caller{
		AppID:        f["appId"],
		RefererAppID: refererAppID(header(event, "referer")),
		Address:      addressOf(event.RequestContext.HTTP.SourceIP),
		Device:       deviceOf(header(event, "user-agent")),
	}
}

// header gives a header's value. API Gateway writes the names in lower case, but
// tools that make events by hand may not.
func header(event events.APIGatewayV2HTTPRequest, name string) string {
	if v, ok := event.Headers[name]; ok {
		return v
	}
	for k, v := range event.Headers {
		if strings.EqualFold(k, name) {
			return v
		}
	}
	return ""
}

// addressOf gives the unit in which a caller is counted: an IPv4 address, or the
// /64 network of an IPv6 one, since that is what one subscriber has.
func addressOf(sourceIP string) string {
	addr, err := netip.ParseAddr(sourceIP)
	if err != nil {
		return ""
	}
	if addr = addr.Unmap().WithZone(""); addr.Is4() {
		return addr.String()
	}
	network, err := addr.Prefix(64)
	if err != nil {
		return ""
	}
	return network.String()
}
