package userfile

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"github.com/wxbind/wxbind/pkg/bom"
)

// maxLine bounds a line, in bytes. A row with everything that a user may have is far shorter.
const maxLine = 64 << 10

// Errors about a line of either format.
var (
	errLineTooLong = errors.New("the line is too long")
	errNotUTF8     = errors.New("the line is not UTF-8")
)

// lines reads a text line by line. A row is one line in both formats, so an error in one row affects no other.
type lines struct {
	in *bufio.Reader
	// number is the number of the last line read, counted from 1.
	number int
}

func newLines(r io.Reader) *lines { return &lines{in: bufio.NewReaderSize(r, maxLine)} }

// next returns the next line that is not blank, without its line end. The result is valid until the next call.
//
// Errors: errLineTooLong and errNotUTF8, after which reading can continue; io.EOF; those of the reader.
func (l *lines) next() ([]byte, error) {
	for {
		text, err := l.in.ReadSlice('\n')
		l.number++
		long := errors.Is(err, bufio.ErrBufferFull)
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = l.in.ReadSlice('\n')
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if l.number == 1 {
			text = bom.Trim(text)
		}
		text = bytes.TrimRight(text, "\r\n")
		switch {
		case long:
			return nil, errLineTooLong
		case len(bytes.TrimSpace(text)) > 0 && !utf8.Valid(text):
			return nil, errNotUTF8
		case len(bytes.TrimSpace(text)) > 0:
			return text, nil
		case err != nil:
			return nil, err
		}
	}
}

// skipRest handles a record that began on the last line read. It skips the record's further lines if whole reports that
// they and the line are one record. It looks at most maxLine bytes ahead.
func (l *lines) skipRest(line []byte, whole func(record []byte) bool) bool {
	record := append(bytes.Clone(line), '\n')
	open := bytes.Count(line, []byte(`"`))%2 == 1
	ahead, _ := l.in.Peek(maxLine) // overwrites line; at the end it returns fewer bytes, and the next read has the error
	for rest := ahead; open; {
		text, after, ended := bytes.Cut(rest, []byte("\n"))
		if len(rest) == 0 || !ended && len(ahead) == maxLine {
			return false
		}
		record, rest = append(append(record, text...), '\n'), after
		open = open != (bytes.Count(text, []byte(`"`))%2 == 1)
	}
	if !whole(record) {
		return false
	}
	skipped := min(len(record)-len(line)-1, len(ahead)) // the last line may have no line end
	l.number += bytes.Count(record[len(line)+1:], []byte("\n"))
	_, _ = l.in.Discard(skipped) // they are in the buffer
	return true
}
