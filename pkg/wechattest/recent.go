package wechattest

// recent keeps a value for each of the latest keys. Beyond its limit it forgets the oldest key. It is not safe for
// concurrent use.
type recent[V any] struct {
	limit  int
	values map[string]V
	// keys is a ring: oldest is the position that the next new key takes.
	keys   []string
	oldest int
}

func newRecent[V any](limit int) *recent[V] {
	return &recent[V]{limit: limit, values: map[string]V{}}
}

// get returns a key's value; the zero value if the key is not remembered.
func (r *recent[V]) get(key string) V { return r.values[key] }

// set sets a key's value. It does not make the key newer.
func (r *recent[V]) set(key string, v V) {
	if _, ok := r.values[key]; !ok {
		r.remember(key)
	}
	r.values[key] = v
}

func (r *recent[V]) remember(key string) {
	if len(r.keys) < r.limit {
		r.keys = append(r.keys, key)
		return
	}
	delete(r.values, r.keys[r.oldest])
	r.keys[r.oldest] = key
	r.oldest = (r.oldest + 1) % r.limit
}

// add adds a key to a set, and reports whether it is new there.
func add(set *recent[bool], key string) bool {
	if set.get(key) {
		return false
	}
	set.set(key, true)
	return true
}
