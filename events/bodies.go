package events

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// body sets the body as it was sent. The content type stays.
func body(text string) edit {
	return func(e event) {
		e["body"] = text
		if e["isBase64Encoded"] == true {
			e["body"] = base64.StdEncoding.EncodeToString([]byte(text))
		}
	}
}

// noBody sends no body.
var noBody = without("body", "headers.content-type")

func contentType(name string) edit { return header("content-type", name) }

// jsonBody sets a body of JSON, valid or not.
func jsonBody(text string) edit {
	return func(e event) {
		contentType("application/json")(e)
		body(text)(e)
	}
}

// formBody sets a form as the body, valid or not.
func formBody(text string) edit {
	return func(e event) {
		contentType("application/x-www-form-urlencoded")(e)
		body(text)(e)
	}
}

// inBase64 encodes the body in base64, as API Gateway may.
func inBase64(e event) {
	text := e["body"].(string)
	e["isBase64Encoded"] = true
	body(text)(e)
}

// notBase64 claims that the body is base64, which it is not.
var notBase64 = set("isBase64Encoded", true)

// member is a member of a JSON object.
type member struct {
	name  string
	value json.RawMessage
}

// field sets a member of the JSON body. A new member comes last.
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

// noField removes a member of the JSON body.
func noField(name string) edit {
	return fields(func(all []member) []member {
		return slices.DeleteFunc(all, func(m member) bool { return m.name == name })
	})
}

// fillTo makes the JSON body longer, with a field that means nothing.
func fillTo(size int) edit {
	return func(e event) {
		field("x", "")(e)
		field("x", strings.Repeat("x", size-len(e["body"].(string))))(e)
	}
}

// fields changes the members of the JSON body, and keeps their order.
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
