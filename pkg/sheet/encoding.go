package sheet

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// Encoding is how a text is written as bytes.
type Encoding string

// The encodings.
const (
	// Detect finds out.
	Detect  Encoding = ""
	UTF8    Encoding = "utf-8"
	UTF16LE Encoding = "utf-16le"
	UTF16BE Encoding = "utf-16be"
	// GBK is read as its superset GB18030.
	GBK Encoding = "gbk"
)

// utf16 returns the decoder of UTF-16, or nil for an encoding whose line end is the byte of ASCII.
func (e Encoding) utf16() *encoding.Decoder {
	switch e {
	case UTF16LE:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder()
	case UTF16BE:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder()
	}
	return nil
}

// wide finds UTF-16 by a text's first bytes. It returns Detect for all else.
func wide(start []byte) Encoding {
	switch {
	case bytes.HasPrefix(start, []byte{0xFF, 0xFE}):
		return UTF16LE
	case bytes.HasPrefix(start, []byte{0xFE, 0xFF}):
		return UTF16BE
	}
	var zeros [2]int // at even places, and at odd ones
	for at, b := range start {
		if b == 0 {
			zeros[at%2]++
		}
	}
	// Stray NULs are no proof. A table in Chinese has them in its delimiters and line ends at least, so also in the first of these.
	enough := func(many, few int) bool { return many > len(start)/16 && many > 4*few }
	end := bytes.IndexByte(start, '\n')
	switch {
	case enough(zeros[1], zeros[0]) && (end < 0 || end%2 == 0 && (end+1 == len(start) || start[end+1] == 0)):
		return UTF16LE
	case enough(zeros[0], zeros[1]) && (end < 0 || end%2 == 1 && start[end-1] == 0):
		return UTF16BE
	}
	return Detect
}

// votes counts the lines that tell UTF-8 from GBK. A few lines of GBK are valid UTF-8 by chance, and one line of UTF-8 may be
// damaged, so the majority decides, and of two equal parties the one of the first line.
type votes struct {
	valid, invalid int
	first          Encoding
}

func (v *votes) count(line []byte) {
	of := UTF8
	switch {
	case isASCII(line):
		return
	case utf8.Valid(line):
		v.valid++
	default:
		v.invalid++
		of = GBK
	}
	v.first = cmp.Or(v.first, of)
}

func (v *votes) winner() Encoding {
	switch {
	case v.invalid > v.valid:
		return GBK
	case v.valid > v.invalid:
		return UTF8
	}
	return cmp.Or(v.first, UTF8)
}

func isASCII(text []byte) bool {
	for _, b := range text {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// survey reads a text to its end. It returns the number of lines, of which the last may lack a line end, and finds out
// the encoding.
func survey(r io.Reader, e Encoding) (Encoding, int, error) {
	in := bufio.NewReaderSize(r, maxLine)
	start, err := in.Peek(maxLine)
	if err != nil && !errors.Is(err, io.EOF) {
		return e, 0, err
	}
	if e == Detect {
		e = wide(start)
	}
	if decoder := e.utf16(); decoder != nil {
		in = bufio.NewReaderSize(decoder.Reader(in), maxLine)
	}
	var v votes
	for lines, within := 0, false; ; {
		text, err := in.ReadSlice('\n')
		more := errors.Is(err, bufio.ErrBufferFull)
		if len(text) > 0 && !more {
			lines++
		}
		if !more && !within { // a part of a line may begin or end within a character
			v.count(text)
		}
		within = more
		switch {
		case err == nil, errors.Is(err, bufio.ErrBufferFull):
		case !errors.Is(err, io.EOF):
			return e, lines, err
		case e == Detect:
			return v.winner(), lines, nil
		default:
			return e, lines, nil
		}
	}
}

// gbk decodes lines of GBK.
type gbk struct {
	decoder *encoding.Decoder
	text    []byte
}

// line returns a line in UTF-8, or with an error what stands before the damage. The result is valid until the next call.
//
// Errors: errNotGBK, errTorn.
func (g *gbk) line(raw []byte) ([]byte, error) {
	if isASCII(raw) {
		return raw, nil
	}
	if g.decoder == nil {
		g.decoder = simplifiedchinese.GB18030.NewDecoder()
	}
	g.decoder.Reset()
	if need := 3*len(raw) + utf8.UTFMax; len(g.text) < need {
		g.text = make([]byte, need)
	}
	n, _, err := g.decoder.Transform(g.text, raw, true)
	text := g.text[:n]
	sound, _, damaged := bytes.Cut(text, replacement)
	switch {
	case bytes.HasSuffix(text, replacement) && raw[len(raw)-1] >= utf8.RuneSelf:
		return sound, errTorn
	case err != nil, damaged:
		return sound, errNotGBK
	}
	return text, nil
}

// soundUTF8 is what stands in a text before the first byte that is not UTF-8.
func soundUTF8(text []byte) []byte {
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size <= 1 {
			return text[:at]
		}
		at += size
	}
	return text
}

// replacement is what decoders put for what they cannot decode.
var replacement = []byte("\uFFFD")
