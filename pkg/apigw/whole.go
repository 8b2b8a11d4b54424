package apigw

import (
	"encoding/binary"
	"slices"

	"github.com/wxbind/wxbind/pkg/login"
)

// whole is everything of a request that its answer depends on, besides what login.Caller has: the fields
// that the route reads and the token that was shown. It is the same for requests that differ only in form, such as
// the order of fields, the name appid for appId, or what the route ignores. A field that says nothing counts as
// absent, as everywhere. It has passwords and tokens, so it must not be logged or stored.
func (r *request) whole() login.Hidden {
	sorted := make([]string, 0, 8) // no route reads more
	for name := range r.fields {
		sorted = append(sorted, name)
	}
	slices.Sort(sorted)
	// Each part stands after its length, so that no two requests look alike.
	var b []byte
	add := func(part string) {
		b = binary.AppendUvarint(b, uint64(len(part)))
		b = append(b, part...)
	}
	add(string(tokenIn(r.event.Headers)))
	for _, name := range sorted {
		add(name)
		add(r.fields[name])
	}
	return login.Hidden(b)
}
