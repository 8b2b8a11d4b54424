package apigw

import (
	"context"
	"net/netip"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/origin"
)

// request is an event in the form that the domain needs.
type request struct {
	route *Route
	event events.APIGatewayV2HTTPRequest
	// id is API Gateway's request id. The client may quote it to the operator.
	id string
	// lang is "en" for English sentences.
	lang   string
	caller login.Caller
	fields fields
	// raw is the body, of a route whose body is not one of fields.
	raw []byte
}

// maxRequestID is the longest request id passed on, in bytes. API Gateway's have 16.
const maxRequestID = 128

// requestID returns API Gateway's id of a request, or "" if it does not look like
// one: base64 characters only.
func requestID(id string) string {
	odd := strings.IndexFunc(id, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-_=+/", r)
	})
	if odd >= 0 || len(id) > maxRequestID {
		return ""
	}
	return id
}

// refererAppID returns the appid in the Referer of a mini-program's request. WeChat
// always sets it to https://servicewechat.com/<appid>/<version>/page-frame.html:
// https://developers.weixin.qq.com/miniprogram/dev/framework/ability/network.html
func refererAppID(referer string) string {
	rest, ok := strings.CutPrefix(referer, "https://servicewechat.com/")
	id, _, found := strings.Cut(rest, "/")
	if !ok || !found || !login.ValidAppID(id) {
		return ""
	}
	return id
}

// read reads the event of r. If it fails, r holds what could be read until then:
// the answer needs the id and the language.
func (h *Handler) read(ctx context.Context, r *request) error {
	if r.event.Version != "2.0" {
		return login.EventMalformed
	}
	r.id = requestID(r.event.RequestContext.RequestID)
	from := h.origin.Find(r.event.RequestContext.HTTP.SourceIP, r.event.Headers)
	r.caller = callerOf(r.event, from)
	route, err := h.routeOf(r.event.RouteKey)
	if err != nil {
		return err
	}
	r.route = route
	query, err := route.queryFields(r.event.RawQueryString)
	r.lang = query["lang"]
	if from.Refused {
		return login.OriginKeyRequired
	}
	if err != nil {
		return err
	}
	r.fields = query
	switch {
	case route.fieldsIn == inQuery || r.event.Body == "":
	case route.fieldsIn == inQueryBesideRaw:
		if r.raw, err = rawBody(&r.event); err != nil {
			return err
		}
	default:
		body, err := route.bodyFields(&r.event)
		if err != nil {
			return err
		}
		r.fields = body.over(query)
		r.lang = r.fields["lang"]
	}
	if code, ok := r.fields[codeField.name]; ok && h.code != nil {
		r.fields[codeField.name] = h.code(ctx, code)
	}
	r.caller.AppID, r.caller.Request = r.fields[appIDName], r.whole()
	return nil
}

// callerOf returns what is known of an event's sender, apart from the fields.
func callerOf(event events.APIGatewayV2HTTPRequest, from origin.Origin) login.Caller {
	return login.Caller{
		RefererAppID:  refererAppID(origin.Header(event.Headers, "referer")),
		Address:       addressOf(from.Address),
		SharedAddress: from.Shared,
		Token:         tokenIn(event.Headers),
		Device:        deviceOf(origin.Header(event.Headers, "user-agent")),
	}
}

// addressOf returns the unit by which callers are counted: an IPv4 address, or the
// /64 network of an IPv6 address, since one subscriber has a whole /64.
func addressOf(addr netip.Addr) string {
	if !addr.IsValid() {
		return ""
	}
	if addr.Is4() {
		return addr.String()
	}
	return netip.PrefixFrom(addr, 64).Masked().String()
}
