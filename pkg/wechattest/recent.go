package wechattest

// recent keeps a value for each of the latest keys, and forgets the oldest key
// when there are more than its limit. It is not safe for concurrent use.
type recent[V any] struct {
	limit  int
	values map[string]V
	// keys is a ring: oldest is the position that the next new key takes over.
	keys   []string
	oldest int
}

func newRecent[V any](limit int) *recent[V] {
	return &recent[V]{limit: limit, values: map[string]V{}}
}

// get gives the value of a key; the zero value when it is not remembered.
func (r *recent[V]) get(key string) V { return r.values[key] }

// set gives a key a value. It does not make the key younger.
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

// add puts a key into a set, and says whether it is new there.
func add(set *recent[bool], key string) bool {
	if set.get(key) {
		return false
	}
	set.set(key, true)
	return true
}
