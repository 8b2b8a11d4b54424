package events

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
)

// edit makes one difference between an event and the file it comes from. An edit that
// does not apply to its event panics: the table is wrong.
type edit func(event)

// edits are applied one after the other.
type edits []edit

// whole replaces the whole event by another, given as JSON.
func whole(other string) edit {
	return func(e event) {
		clear(e)
		if err := json.Unmarshal([]byte(other), &e); err != nil {
			panic(err)
		}
	}
}

// setJSON sets a member to an object or an array.
func setJSON(path, text string) edit {
	return func(e event) {
		var value any // each event has its own
		if err := json.Unmarshal([]byte(text), &value); err != nil {
			panic(err)
		}
		set(path, value)(e)
	}
}

// set sets a member. A dot in the path leads into an object.
func set(path string, value any) edit {
	return func(e event) {
		steps := strings.Split(path, ".")
		last := len(steps) - 1
		e.object(steps[:last]...)[steps[last]] = value
	}
}

// without removes members.
func without(paths ...string) edit {
	return func(e event) {
		for _, path := range paths {
			steps := strings.Split(path, ".")
			last := len(steps) - 1
			delete(e.object(steps[:last]...), steps[last])
		}
	}
}

func header(name, value string) edit { return set("headers."+name, value) }

// token sends a session's token, valid or not.
func token(text string) edit { return header("authorization", "Bearer "+text) }

// noReferer sends no Referer, as WeChat's own servers do.
var noReferer = without("headers.referer")

// prefetch is WeChat's pre-fetch with a code that WeChat has made: what its servers send to the address in the console, which
// has this key. Whether they send a User-Agent WeChat does not say.
// https://developers.weixin.qq.com/miniprogram/dev/framework/ability/pre-fetch.html
func prefetch(code, key string) edits {
	return edits{
		query("prefetchKey=" + key + "&appid=" + AppID + "&code=" + code + "&timestamp=1773303360000&path=pages%2Findex%2Findex" +
			"&query=from%3Dcard%26code%3D7%26appid%3Dwx0000000000000000&scene=1001&customMiniprogramVersion=1.2.0"),
		noReferer, without("headers.user-agent", "requestContext.http.userAgent"), sourceIP(weChatServer),
	}
}

// weChatServer is an address from which WeChat's servers ask.
const weChatServer = "203.0.113.20"

// noToken sends no token.
var noToken = without("headers.authorization")

// inXToken sends the token in x-token only.
var inXToken = edits{noToken, header("x-token", TokenHere)}

// service sends the credential of a service, without escaping it.
func service(id, key string) edit {
	return header("authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(id+":"+key)))
}

func sourceIP(address string) edit {
	return func(e event) {
		header("x-forwarded-for", address)(e)
		set("requestContext.http.sourceIp", address)(e)
	}
}

func userAgent(name string) edit {
	return func(e event) {
		header("user-agent", name)(e)
		set("requestContext.http.userAgent", name)(e)
	}
}

func routeKey(key string) edit {
	return func(e event) {
		set("routeKey", key)(e)
		set("requestContext.routeKey", key)(e)
	}
}

// pathID sets the {id} at the end of the path.
func pathID(id string) edit {
	return func(e event) {
		path := strings.TrimSuffix(e["rawPath"].(string), e.object("pathParameters")["id"].(string))
		path += strings.ReplaceAll(url.PathEscape(id), url.PathEscape(SessionHere), SessionHere)
		set("rawPath", path)(e)
		set("requestContext.http.path", path)(e)
		set("pathParameters.id", id)(e)
	}
}

// query sets the query string, already escaped.
func query(raw string) edit { return set("rawQueryString", raw) }

// code sets the code from wx.login(), in the query or in the JSON body.
func code(text string) edit {
	return func(e event) {
		if strings.HasPrefix(e["rawQueryString"].(string), "code=") {
			query("code=" + url.QueryEscape(text))(e)
		} else {
			field("code", text)(e)
		}
	}
}
