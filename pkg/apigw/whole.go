package apigw

import (
	"encoding/binary"
	"maps"
	"slices"

	"github.com/wxbind/wxbind/pkg/login"
)

// whole is everything of a request that its answer depends on, besides what login.Caller has: the fields
// that the route knows, the language and the token that was shown. It is the same for requests that differ
// only in form, such as the order of fields or what the route ignores. An empty field counts as absent, as
// everywhere. It has passwords and tokens, so it must not be logged or stored.
func (r *request) whole() login.Hidden {
	f := fields{}
	maps.Copy(f, r.fields)
	f["lang"] = r.lang
	maps.DeleteFunc(f, func(_, value string) bool { return value == "" })
	// Each part stands after its length, so that no two requests look alike.
	var b []byte
	add := func(part string) {
		b = binary.AppendUvarint(b, uint64(len(part)))
		b = append(b, part...)
	}
	add(string(tokenIn(r.event.Headers)))
	for _, name := range slices.Sorted(maps.Keys(f)) {
		add(name)
		add(f[name])
	}
	return login.Hidden(b)
}
