package events

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// body is the body as it was sent, of the type that the event says.
func body(text string) edit {
	return func(e event) {
		e["body"] = text
		if e["isBase64Encoded"] == true {
			e["body"] = base64.StdEncoding.EncodeToString([]byte(text))
		}
	}
}

// noBody sends none.
var noBody = without("body", "headers.content-type")

func contentType(name string) edit { return header("content-type", name) }

// jsonBody is a body of JSON, right or wrong.
func jsonBody(text string) edit {
	return func(e event) {
		contentType("application/json")(e)
		body(text)(e)
	}
}

// formBody is a form, right or wrong.
func formBody(text string) edit {
	return func(e event) {
		contentType("application/x-www-form-urlencoded")(e)
		body(text)(e)
	}
}

// inBase64 has API Gateway send the body in base64.
func inBase64(e event) {
	text := e["body"].(string)
	e["isBase64Encoded"] = true
	body(text)(e)
}

// notBase64 says that a body is base64 that is none.
var notBase64 = set("isBase64Encoded", true)

// member is one of a JSON object.
type member struct {
	name  string
	value json.RawMessage
}

// field gives a member of the JSON body a value, after the others if it is new.
func field(name string, value any) edit {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return fields(func(all []member) []member {
		if i := slices.IndexFunc(all, func(m member) bool { return m.name == name }); i >= 0 {
			all[i].value = text
			return all
		}
		return append(all, member{name, text})
	})
}

// noField takes a member of the JSON body away.
func noField(name string) edit {
	return fields(func(all []member) []member {
		return slices.DeleteFunc(all, func(m member) bool { return m.name == name })
	})
}

// fillTo makes the JSON body longer, by a field that means nothing.
func fillTo(size int) edit {
	return func(e event) {
		field("x", "")(e)
		field("x", strings.Repeat("x", size-len(e["body"].(string))))(e)
	}
}

// fields changes the members of the JSON body, and leaves their order.
func fields(change func([]member) []member) edit {
	return func(e event) {
		text, _ := e["body"].(string)
		all, err := membersOf(text)
		if err != nil {
			panic(fmt.Sprintf("events: the body %q has no fields: %v", text, err))
		}
		var changed bytes.Buffer
		for i, m := range change(all) {
			if i > 0 {
				changed.WriteByte(',')
			}
			fmt.Fprintf(&changed, "%q:%s", m.name, m.value)
		}
		jsonBody("{" + changed.String() + "}")(e)
	}
}

func membersOf(object string) ([]member, error) {
	decoder := json.NewDecoder(bytes.NewReader([]byte(object)))
	if _, err := decoder.Token(); err != nil {
		return nil, err
	}
	var all []member
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		m := member{name: fmt.Sprint(name)}
		if err := decoder.Decode(&m.value); err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}
