package requestlog

import (
	"encoding/json"
	"log/slog"
	"strconv"
	"time"
)

// line is the text of a line as it grows: the members of a JSON object.
type line []byte

// begin starts a line with what Lambda's log-level filter reads, named as in all other lines of the log.
func (l *line) begin(now time.Time, level string) {
	*l = append(*l, `{"timestamp":"`...)
	*l = now.UTC().AppendFormat(*l, "2006-01-02T15:04:05.000Z07:00") // RFC 3339, in milliseconds
	*l = append(*l, `","level":"`...)
	*l = append(*l, level...)
	*l = append(*l, '"')
}

func (l *line) end() { *l = append(*l, "}\n"...) }

// key begins a member. The caller appends the value.
func (l *line) key(key string) {
	*l = append(*l, ',', '"')
	*l = append(*l, key...)
	*l = append(*l, '"', ':')
}

// name adds a name of the program's own, which needs no escapes.
func (l *line) name(key, name string) {
	l.key(key)
	*l = append(*l, '"')
	*l = append(*l, name...)
	*l = append(*l, '"')
}

// text adds any text, unless it is "".
func (l *line) text(key, text string) {
	if text == "" {
		return
	}
	l.key(key)
	l.quote(text)
}

// maxText is the most of a text that is logged, in bytes. CloudWatch makes no metrics from a line of more than 1 MB. A line
// with ten such texts, each byte of them escaped to six, is shorter.
const maxText = 16 << 10

// quote appends a text as a JSON string.
func (l *line) quote(text string) {
	text = text[:min(len(text), maxText)]
	if plain(text) {
		*l = append(*l, '"')
		*l = append(*l, text...)
		*l = append(*l, '"')
		return
	}
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err) // every string has a JSON form
	}
	*l = append(*l, quoted...)
}

// plain says whether a text needs no escapes.
func plain(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

func (l *line) integer(key string, n int64) {
	l.key(key)
	*l = strconv.AppendInt(*l, n, 10)
}

// milliseconds adds a time in milliseconds, to the microsecond.
func (l *line) milliseconds(key string, d time.Duration) {
	l.key(key)
	*l = strconv.AppendFloat(*l, float64(d.Microseconds())/1000, 'f', -1, 64)
}

// value adds what an error says of itself: numbers, texts, and groups of them as objects.
func (l *line) value(key string, v slog.Value) {
	l.key(key)
	switch v = v.Resolve(); v.Kind() {
	case slog.KindInt64:
		*l = strconv.AppendInt(*l, v.Int64(), 10)
	case slog.KindGroup:
		at := len(*l)
		for _, a := range v.Group() {
			l.value(a.Key, a.Value)
		}
		if len(*l) == at {
			*l = append(*l, ',')
		}
		(*l)[at] = '{' // in place of the first comma
		*l = append(*l, '}')
	default:
		l.quote(v.String())
	}
}
