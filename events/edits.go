package events

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
)

// edit is a difference of an event from that of a file. An edit that does not apply
// to its event panics: the table that has it is wrong.
type edit func(event)

// edits are made one after the other.
type edits []edit

// whole is another event altogether, as JSON.
func whole(other string) edit {
	return func(e event) {
		clear(e)
		if err := json.Unmarshal([]byte(other), &e); err != nil {
			panic(err)
		}
	}
}

// setJSON gives a member a value that is an object or an array.
func setJSON(path, text string) edit {
	return func(e event) {
		var value any // each event has its own
		if err := json.Unmarshal([]byte(text), &value); err != nil {
			panic(err)
		}
		set(path, value)(e)
	}
}

// set gives a member a value. A dot in the path goes into an object.
func set(path string, value any) edit {
	return func(e event) {
		steps := strings.Split(path, ".")
		last := len(steps) - 1
		e.object(steps[:last]...)[steps[last]] = value
	}
}

// without takes members away.
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

// token is the session's, right or wrong.
func token(text string) edit { return header("authorization", "Bearer "+text) }

// noToken sends none.
var noToken = without("headers.authorization")

// inXToken sends the token in x-token alone.
var inXToken = edits{noToken, header("x-token", TokenHere)}

// service is the credential of a service, not escaped.
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

// pathID is the {id} of the path, which ends in it.
func pathID(id string) edit {
	return func(e event) {
		path := strings.TrimSuffix(e["rawPath"].(string), e.object("pathParameters")["id"].(string))
		path += strings.ReplaceAll(url.PathEscape(id), url.PathEscape(SessionHere), SessionHere)
		set("rawPath", path)(e)
		set("requestContext.http.path", path)(e)
		set("pathParameters.id", id)(e)
	}
}

// query is the query string, escaped.
func query(raw string) edit { return set("rawQueryString", raw) }

// code is the code from wx.login(), in the query or in the JSON.
func code(text string) edit {
	return func(e event) {
		if strings.HasPrefix(e["rawQueryString"].(string), "code=") {
			query("code=" + url.QueryEscape(text))(e)
		} else {
			field("code", text)(e)
		}
	}
}
