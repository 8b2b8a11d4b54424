package sheet

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Column is a column that a table may have.
type Column struct {
	// Name is the column's name.
	Name string
	// Also has other names of it.
	Also []string
	// Exact says that blanks around its values are part of them.
	Exact bool
}

// ErrUnknownColumn says that a table has columns besides those that it may have, and which.
var ErrUnknownColumn = errors.New("unknown columns")

// UnknownField is an error about an object that has a field with this name, which no column has.
func UnknownField(name string) error { return fmt.Errorf("%w: %q", ErrUnknownColumn, Shortened(name)) }

// header is how a table's lines are read.
type header struct {
	delimiter byte
	// of has for each field of a line the index of its column; -1 for a field that is ignored.
	of []int
	// ignored describes the fields that are ignored.
	ignored []string
}

// delimiters are those that a table may have without saying so, the most usual first.
const delimiters = ",;\t"

// separator reads the line sep=X.
func separator(line []byte) (delimiter byte, ok bool) {
	text := strings.Trim(string(line), `"`)
	if len(text) != len("sep=,") || !strings.EqualFold(text[:4], "sep=") || strings.ContainsAny(text[4:], "\"\r\n") || text[4] >= 0x80 {
		return 0, false
	}
	return text[4], true
}

// delimiterOf finds the delimiter with which a line names the most columns.
func delimiterOf(line []byte, columns []Column) byte {
	named := func(d byte) (n int) {
		names, err := fields(line, d)
		for _, name := range names {
			if err == nil && find(columns, name) >= 0 {
				n++
			}
		}
		return n
	}
	return slices.MaxFunc([]byte(delimiters), func(a, b byte) int { return cmp.Compare(named(a), named(b)) })
}

// find returns the index of the column with a name; -1 if there is none.
func find(columns []Column, name string) int {
	name = fold(name)
	return slices.IndexFunc(columns, func(c Column) bool {
		return fold(c.Name) == name || slices.ContainsFunc(c.Also, func(also string) bool { return fold(also) == name })
	})
}

// fold returns a column's name in the form in which names are compared.
func fold(name string) string {
	return strings.NewReplacer(" ", "", "_", "", "-", "").Replace(strings.ToLower(trim(name)))
}

// parseHeader reads the line that names the columns.
//
// Errors: ErrUnknownColumn; one for a line that names no column, and one for a column that is named twice. Only the first and
// the last quote the line, and only if it names a column.
func parseHeader(line []byte, delimiter byte, columns []Column, ignoreUnknown bool) (header, error) {
	names, err := fields(line, delimiter)
	if err != nil {
		return header{}, fmt.Errorf("the first line must name columns among %s", allNames(columns))
	}
	for len(names) > 0 && trim(names[len(names)-1]) == "" {
		names = names[:len(names)-1]
	}
	h := header{delimiter: delimiter}
	for at, name := range names {
		column := find(columns, name)
		switch {
		case column >= 0 && slices.Contains(h.of, column):
			return header{}, fmt.Errorf("the column %s appears twice", columns[column].Name)
		case column < 0 && trim(name) == "":
			h.ignored = append(h.ignored, fmt.Sprintf("column %d, which has no name", at+1))
		case column < 0:
			h.ignored = append(h.ignored, fmt.Sprintf("%q", Shortened(trim(name))))
		}
		h.of = append(h.of, column)
	}
	switch {
	case len(h.ignored) == len(h.of):
		return header{}, fmt.Errorf("the first line names none of the columns %s", allNames(columns))
	case len(h.ignored) > 0 && !ignoreUnknown:
		return header{}, fmt.Errorf("%w: %s; the columns are %s", ErrUnknownColumn, strings.Join(h.ignored, ", "), allNames(columns))
	}
	return h, nil
}

func allNames(columns []Column) string {
	var names []string
	for _, c := range columns {
		names = append(names, c.Name)
	}
	return strings.Join(names, ", ")
}

// Shortened bounds what a message quotes of a table: to 40 characters.
func Shortened(text string) string {
	const most = 40
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}
