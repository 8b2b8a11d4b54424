package dynamostore

import (
	"encoding/base64"
	"encoding/binary"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
)

// marksAttribute is a binding's list of the marks of its sessions. Whoever opens a session replaces the list, if it is
// still the one that the login read; if not, it appends its own mark.
//
// A mark is packed, so that a binding with all its marks stays below 1 KB, which is one write unit:
//
//	byte 0      flags: markEnded, markText
//	bytes 1-4   when the session was opened, in Unix seconds, as is all that follows with the high byte first
//	bytes 5-6   the device's tag
//	bytes 7-    the token's hash: the 32 bytes that its text encodes, or with markText the text itself
const marksAttribute = "marks"

const (
	markEnded byte = 1 << iota
	markText
)

const (
	markHeader = 7
	hashSize   = 32
)

func packed(m login.SessionMark) types.AttributeValue {
	hash, err := base64.RawURLEncoding.Strict().DecodeString(m.TokenHash)
	var flags byte
	if m.Ended {
		flags |= markEnded
	}
	if err != nil || len(hash) != hashSize {
		flags |= markText
		hash = []byte(m.TokenHash)
	}
	b := make([]byte, 0, markHeader+len(hash))
	b = append(b, flags)
	b = binary.BigEndian.AppendUint32(b, uint32(max(m.OpenedAt.Unix(), 0))) //nolint:gosec // until 2106
	b = binary.BigEndian.AppendUint16(b, m.Device)
	return &types.AttributeValueMemberB{Value: append(b, hash...)}
}

func packedAll(marks []login.SessionMark) types.AttributeValue {
	list := make([]types.AttributeValue, len(marks))
	for i, m := range marks {
		list[i] = packed(m)
	}
	return &types.AttributeValueMemberL{Value: list}
}

func unpacked(v types.AttributeValue) (m login.SessionMark, ok bool) {
	b, ok := v.(*types.AttributeValueMemberB)
	if !ok || len(b.Value) < markHeader {
		return m, false
	}
	flags, hash := b.Value[0], b.Value[markHeader:]
	m.Ended = flags&markEnded != 0
	m.OpenedAt = time.Unix(int64(binary.BigEndian.Uint32(b.Value[1:])), 0).UTC()
	m.Device = binary.BigEndian.Uint16(b.Value[5:])
	if m.TokenHash = string(hash); flags&markText == 0 {
		m.TokenHash = base64.RawURLEncoding.EncodeToString(hash)
	}
	return m, true
}

// marks returns the marks of a binding's sessions. An item of an earlier version has none.
func (r *reader) marks() []login.SessionMark {
	if _, ok := r.item[marksAttribute]; !ok {
		return nil
	}
	list := attribute[types.AttributeValueMemberL](r, marksAttribute)
	if list == nil {
		return nil
	}
	var all []login.SessionMark
	for _, v := range list.Value {
		m, ok := unpacked(v)
		if !ok {
			r.broken = append(r.broken, marksAttribute)
			return nil
		}
		all = append(all, m)
	}
	return all
}

// marksSession reports whether a binding has a mark of the session with this token hash.
func marksSession(b login.Binding, tokenHash string) bool {
	return slices.ContainsFunc(b.Sessions, func(m login.SessionMark) bool { return m.TokenHash == tokenHash })
}
