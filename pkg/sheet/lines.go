package sheet

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/wxbind/wxbind/pkg/bom"
)

// maxLine bounds a line, in bytes. A row is far shorter.
const maxLine = 64 << 10

// Errors about a file.
var (
	errWorkbook = errors.New(`the file is a workbook and not text; save it in Excel as "CSV UTF-8"`)
	errOnlyCR   = errors.New(`the lines end in CR alone, as those of "CSV (Macintosh)"; save the file in Excel as "CSV UTF-8"`)
)

// Errors about a line.
var (
	errLineTooLong = errors.New("the line is too long")
	errNotUTF8     = errors.New("the line is not UTF-8, as the rest of the file is")
	errNotUTF16    = errors.New("the line is not valid UTF-16")
	errNotGBK      = errors.New("the line is neither UTF-8 nor GBK")
	errTorn        = errors.New("the line ends in the middle of a GBK character; the file may be cut")
)

// Lines reads a text line by line. A row is one line, so an error in one row affects no other. Tables are read by Reader;
// what is not a table, such as JSON lines, is read by this.
type Lines struct {
	in       *bufio.Reader
	encoding Encoding
	gbk      gbk
	number   int
	total    int
	// ended says that the last line that was read has a line end.
	ended bool
}

// NewLines starts reading a text. It reads r twice if r is an io.Seeker that can seek, and then knows the whole text.
//
// Errors: errWorkbook; those of r.
func NewLines(r io.Reader, e Encoding) (*Lines, error) {
	l := &Lines{encoding: e, total: -1}
	if err := l.survey(r); err != nil {
		return nil, err
	}
	l.in = bufio.NewReaderSize(r, maxLine)
	start := l.arrived()
	if workbook(start) {
		return nil, errWorkbook
	}
	if l.encoding == Detect {
		l.encoding = wide(start)
	}
	if decoder := l.encoding.utf16(); decoder != nil {
		l.in = bufio.NewReaderSize(decoder.Reader(l.in), maxLine)
	}
	return l, nil
}

// workbook recognizes the files of spreadsheets that are not CSV, by their first bytes: ZIP of today's, and OLE of .xls.
func workbook(start []byte) bool {
	return bytes.HasPrefix(start, []byte("PK\x03\x04")) || bytes.HasPrefix(start, []byte{0xD0, 0xCF, 0x11, 0xE0})
}

// arrived is what can be read without waiting for more, once anything has come.
func (l *Lines) arrived() []byte {
	_, _ = l.in.Peek(1) // whose error the next read has
	start, _ := l.in.Peek(l.in.Buffered())
	return start
}

// survey finds out the encoding and the number of lines, if r can seek.
func (l *Lines) survey(r io.Reader) error {
	file, ok := r.(io.Seeker)
	if !ok {
		return nil
	}
	begin, err := file.Seek(0, io.SeekCurrent)
	if err != nil {
		return nil //nolint:nilerr // a pipe cannot seek, and is read once
	}
	if l.encoding, l.total, err = survey(r, l.encoding); err != nil {
		return err
	}
	_, err = file.Seek(begin, io.SeekStart)
	return err
}

// Total is the number of lines, or -1 if r cannot seek.
func (l *Lines) Total() int { return l.total }

// Number is the number of the last line that was read, counted from 1.
func (l *Lines) Number() int { return l.number }

// Next returns the next line that is not blank, in UTF-8 and without its line end, and with a *BadRow what of it stands before the
// damage. The result is valid until the next call.
//
// Errors: a *BadRow, after which reading can continue; io.EOF; those of r.
func (l *Lines) Next() ([]byte, error) {
	for {
		text, err := l.in.ReadSlice('\n')
		l.number++
		long := errors.Is(err, bufio.ErrBufferFull)
		if long {
			text = bytes.Clone(text)
		}
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = l.in.ReadSlice('\n')
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		l.ended = err == nil
		if l.number == 1 {
			text = bom.Trim(text)
		}
		text = bytes.TrimRight(text, "\r\n")
		switch {
		case long:
			before := l.encoding // which a line that is not all there does not decide
			text, _ = l.decode(text)
			l.encoding = before
			return text, l.bad(errLineTooLong)
		case len(bytes.TrimSpace(text)) > 0:
			if text, err = l.decode(text); err != nil {
				return text, l.bad(err)
			}
			return text, nil
		case err != nil:
			return nil, err
		}
	}
}

func (l *Lines) bad(cause error) error { return &BadRow{Line: l.number, Cause: cause} }

// decode returns a line in UTF-8, or with an error what of it stands before the damage.
//
// Errors: errNotUTF8, errNotUTF16, errNotGBK, errTorn.
func (l *Lines) decode(text []byte) ([]byte, error) {
	if l.encoding == Detect && !isASCII(text) {
		var v votes
		v.count(text)
		arrived, _ := l.in.Peek(l.in.Buffered()) // leaves text as it is
		if end := bytes.LastIndexByte(arrived, '\n'); end >= 0 {
			for line := range bytes.SplitSeq(arrived[:end], []byte("\n")) {
				v.count(line)
			}
		}
		l.encoding = v.winner()
	}
	switch l.encoding {
	case GBK:
		return l.gbk.line(text)
	case UTF16LE, UTF16BE:
		if sound, _, damaged := bytes.Cut(text, replacement); damaged {
			return sound, errNotUTF16
		}
	default:
		if sound := soundUTF8(text); len(sound) < len(text) {
			return sound, errNotUTF8
		}
	}
	return text, nil
}

// skipRest handles a record that began on the last line read. It skips the record's further lines if whole reports that
// they and the line are one record. It looks at most maxLine bytes ahead, which are as the file has them.
func (l *Lines) skipRest(line []byte, whole func(record []byte) bool) bool {
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
