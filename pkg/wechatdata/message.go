package wechatdata

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"github.com/wxbind/wxbind/pkg/bom"
	"github.com/wxbind/wxbind/pkg/login"
)

// What a message may have at most.
const (
	// maxMessage is its size, in bytes.
	maxMessage = 64 << 10
	// maxDepth is how deep it is nested.
	maxDepth = 16
	// maxParts is of how many values, names, elements and pieces of text it consists.
	maxParts = 10_000
)

var (
	errTooLarge = errors.New("the message is too large")
	errTooDeep  = errors.New("the message is nested too deeply")
	errTooMany  = errors.New("the message has too many parts")
	errMessage  = errors.New("the message is neither JSON nor XML")
	errDoctype  = errors.New("the message has a document type")
)

// fields are a message's own fields: texts and numbers by their names in lower case, without the blanks around both. What is nested
// is not among them. Of several of one name the first counts.
type fields map[string]string

func (f fields) add(name, value string) {
	name = strings.ToLower(login.Trim(name))
	if _, ok := f[name]; !ok {
		f[name] = login.Trim(value)
	}
}

// parse reads a message. Its first character decides whether it is JSON or XML.
func parse(text []byte) (fields, error) {
	text = bom.Trim(text)
	switch {
	case len(text) > maxMessage:
		return nil, errTooLarge
	case bytes.HasPrefix(text, []byte("{")):
		return parseJSON(text)
	case bytes.HasPrefix(text, []byte("<")):
		return parseXML(text)
	}
	return nil, errMessage
}

// parseJSON reads one object, without building what is nested in it.
func parseJSON(text []byte) (fields, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	found, depth, ended := fields{}, 0, false
	name, isName := "", false
	for range maxParts {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) && ended {
			return found, nil
		}
		if err != nil || ended {
			return nil, errMessage
		}
		switch token := token.(type) {
		case json.Delim:
			switch token {
			case '{', '[':
				if depth++; depth > maxDepth {
					return nil, errTooDeep
				}
			default:
				depth--
				ended = depth == 0
			}
		case string:
			if depth == 1 && isName {
				name, isName = token, false
				continue
			}
			if depth == 1 {
				found.add(name, token)
			}
		case json.Number:
			if depth == 1 {
				found.add(name, token.String())
			}
		}
		isName = depth == 1
	}
	return nil, errTooMany
}

// parseXML reads the elements in the outermost element. Go's decoder knows the five entities that XML itself has, and no others.
func parseXML(text []byte) (fields, error) {
	decoder := xml.NewDecoder(bytes.NewReader(withoutStrayBlanks(text)))
	found, depth, ended := fields{}, 0, false
	var name string
	var value strings.Builder
	nested := false
	for range maxParts {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) && ended {
			return found, nil
		}
		if err != nil {
			return nil, errMessage
		}
		switch token := token.(type) {
		case xml.StartElement:
			if ended {
				return nil, errMessage
			}
			switch depth++; {
			case depth > maxDepth:
				return nil, errTooDeep
			case depth == 2:
				name, nested = token.Name.Local, false
				value.Reset()
			case depth > 2:
				nested = true
			}
		case xml.EndElement:
			if depth == 2 && !nested {
				found.add(name, value.String())
			}
			depth--
			ended = depth == 0
		case xml.CharData:
			if depth == 2 {
				value.Write(token)
			}
		case xml.Directive:
			return nil, errDoctype
		}
	}
	return nil, errTooMany
}

// xmlBlanks are the characters that XML takes for white space.
const xmlBlanks = " \t\r\n"

// withoutStrayBlanks removes the blanks between the bracket that begins a tag and its name, which XML forbids. WeChat's own example
// of a data-rights event has the element < OpenPID>: https://developers.weixin.qq.com/miniprogram/dev/framework/security.html
func withoutStrayBlanks(text []byte) []byte {
	clean := make([]byte, 0, len(text))
	for len(text) > 0 {
		before, rest, isTag := bytes.Cut(text, []byte("<"))
		clean = append(clean, before...)
		if !isTag {
			break
		}
		clean = append(clean, '<')
		for begin, end := range map[string]string{"![CDATA[": "]]>", "!--": "-->"} {
			if !bytes.HasPrefix(rest, []byte(begin)) {
				continue
			}
			verbatim := len(rest)
			if at := bytes.Index(rest, []byte(end)); at >= 0 {
				verbatim = at
			}
			clean, rest = append(clean, rest[:verbatim]...), rest[verbatim:]
		}
		rest = bytes.TrimLeft(rest, xmlBlanks)
		if bytes.HasPrefix(rest, []byte("/")) {
			clean, rest = append(clean, '/'), bytes.TrimLeft(rest[1:], xmlBlanks)
		}
		text = rest
	}
	return clean
}
