package dynamostore

import (
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// item is an item, a key, or the values of an expression.
type item = map[string]types.AttributeValue

func text[S ~string](s S) types.AttributeValue {
	return &types.AttributeValueMemberS{Value: string(s)}
}

func texts(all []string) types.AttributeValue {
	list := make([]types.AttributeValue, len(all))
	for i, s := range all {
		list[i] = text(s)
	}
	return &types.AttributeValueMemberL{Value: list}
}

// unique are texts in alphabetical order without those that are there twice: neither a set nor the keys of a request may
// have one twice.
func unique(all []string) []string { return slices.Compact(slices.Sorted(slices.Values(all))) }

// set is a set of texts, of which there must be one at least.
func set(all []string) types.AttributeValue {
	return &types.AttributeValueMemberSS{Value: unique(all)}
}

func flag(b bool) types.AttributeValue { return &types.AttributeValueMemberBOOL{Value: b} }

// bytes must not get nil: the SDK would send it as NULL, which no attribute here may be.
func bytes(b []byte) types.AttributeValue {
	return &types.AttributeValueMemberB{Value: append([]byte{}, b...)}
}

// millis is a time in Unix milliseconds. The zero time becomes 0. That is early enough: nothing here happened before
// 1970.
func millis(t time.Time) types.AttributeValue {
	var n int64
	if !t.IsZero() {
		n = t.UnixMilli()
	}
	return number(n)
}

// seconds is the time from which TTL may delete an item: Unix seconds, rounded up.
func seconds(t time.Time) types.AttributeValue {
	return number((t.UnixMilli() + 999) / 1000)
}

func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

// reader decodes an item. It remembers each attribute that is missing or malformed. err names them all, and never
// quotes their values.
type reader struct {
	noun   string
	item   item
	broken []string
}

func (r *reader) err() error {
	if len(r.broken) == 0 {
		return nil
	}
	return unreadable(r.noun, r.broken)
}

// attribute returns nil if the attribute is missing or has another type.
func attribute[T any](r *reader, name string) *T {
	v, ok := any(r.item[name]).(*T)
	if !ok {
		r.broken = append(r.broken, name)
	}
	return v
}

func (r *reader) text(name string) string {
	if v := attribute[types.AttributeValueMemberS](r, name); v != nil {
		return v.Value
	}
	return ""
}

// added returns the text of an attribute that items of earlier versions lack.
func (r *reader) added(name string) (value string, ok bool) {
	if _, ok := r.item[name]; !ok {
		return "", false
	}
	return r.text(name), true
}

func (r *reader) texts(name string) []string {
	list := attribute[types.AttributeValueMemberL](r, name)
	if list == nil {
		return nil
	}
	var all []string
	for _, v := range list.Value {
		s, ok := v.(*types.AttributeValueMemberS)
		if !ok {
			r.broken = append(r.broken, name)
			return nil
		}
		all = append(all, s.Value)
	}
	return all
}

// set returns a set of texts in alphabetical order, or nil if there is no such attribute.
func (r *reader) set(name string) []string {
	if _, ok := r.item[name]; !ok {
		return nil
	}
	if v := attribute[types.AttributeValueMemberSS](r, name); v != nil {
		return slices.Sorted(slices.Values(v.Value))
	}
	return nil
}

func (r *reader) flag(name string) bool {
	v := attribute[types.AttributeValueMemberBOOL](r, name)
	return v != nil && v.Value
}

func (r *reader) bytes(name string) []byte {
	if v := attribute[types.AttributeValueMemberB](r, name); v != nil {
		return v.Value
	}
	return nil
}

// time is the inverse of millis, in UTC.
func (r *reader) time(name string) time.Time {
	n := r.number(name)
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}

// number returns 0 for what is no whole number.
func (r *reader) number(name string) int64 {
	v := attribute[types.AttributeValueMemberN](r, name)
	if v == nil {
		return 0
	}
	n, err := strconv.ParseInt(v.Value, 10, 64)
	if err != nil {
		r.broken = append(r.broken, name)
		return 0
	}
	return n
}

// items returns a map of maps, by name.
func (r *reader) items(name string) map[string]item {
	outer := attribute[types.AttributeValueMemberM](r, name)
	if outer == nil {
		return nil
	}
	all := make(map[string]item, len(outer.Value))
	for key, v := range outer.Value {
		inner, ok := v.(*types.AttributeValueMemberM)
		if !ok {
			r.broken = append(r.broken, name)
			return nil
		}
		all[key] = inner.Value
	}
	return all
}
