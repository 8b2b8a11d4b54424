// Package logtext writes the log of `wxbind serve` for people: one readable line a request, and one a record. A line says
// nothing that the JSON of pkg/requestlog and pkg/app would not say, and less of what only programs read. docs/serve.md
// shows it.
package logtext

import (
	"log/slog"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"
)

// Style says how lines look. The zero Style is for a file.
type Style struct {
	// Terminal leaves out the date, which whoever looks at a terminal knows. Times are in the machine's zone.
	Terminal bool
	// Color marks lines by how severe they are.
	Color bool
	// Details adds to a request's line what is of interest only while something is looked for: each wait however short, the
	// mini-program, the request's id, the caller's address and device.
	Details bool
}

// The colors are the terminal's own, so that they suit its background.
const (
	dim    = "\x1b[2m"
	yellow = "\x1b[33m"
	red    = "\x1b[31m"
	plain  = "\x1b[0m"
)

// maxText is the most of a text from elsewhere that is written, in bytes.
const maxText = 1 << 10

// begin appends the time, and the level in a column of its own. INFO is not written: most lines have it.
func (s Style) begin(line []byte, now time.Time, level slog.Level) []byte {
	layout := "2006-01-02 15:04:05"
	if s.Terminal {
		layout = "15:04:05"
	}
	line = s.paint(line, dim)
	line = now.Local().AppendFormat(line, layout)
	line = append(s.unpaint(line, dim), ' ')
	name, color := "", colorOf(level)
	if level != slog.LevelInfo {
		name = level.String()
	}
	line = s.paint(line, color)
	line = column(line, name, 5)
	return append(s.unpaint(line, color), ' ')
}

// paint begins a color, "" for none, and unpaint ends it.
func (s Style) paint(line []byte, color string) []byte {
	if s.Color {
		line = append(line, color...)
	}
	return line
}

func (s Style) unpaint(line []byte, color string) []byte {
	if color != "" {
		line = s.paint(line, plain)
	}
	return line
}

func colorOf(level slog.Level) string {
	switch {
	case level >= slog.LevelError:
		return red
	case level >= slog.LevelWarn:
		return yellow
	default:
		return ""
	}
}

// column appends a name of the program's own, filled up to a width.
func column(line []byte, name string, width int) []byte {
	line = append(line, name...)
	for range width - len(name) {
		line = append(line, ' ')
	}
	return line
}

// duration appends how long something took, to three digits at most.
func duration(line []byte, d time.Duration) []byte {
	value, unit, digits := float64(d)/float64(time.Millisecond), " ms", 0
	switch {
	case d >= time.Second:
		value, unit, digits = d.Seconds(), " s", 2
	case d < 10*time.Millisecond:
		digits = 1
	}
	return append(strconv.AppendFloat(line, value, 'f', digits, 64), unit...)
}

// text appends a text from elsewhere, without characters that a terminal would interpret. Its lines become one.
func text(line []byte, t string) []byte {
	for i, r := range t {
		switch {
		case i >= maxText:
			return append(line, "…"...)
		case r == '\n':
			line = append(line, "; "...)
		case !unicode.IsPrint(r):
			line = utf8.AppendRune(line, unicode.ReplacementChar)
		default:
			line = utf8.AppendRune(line, r)
		}
	}
	return line
}
