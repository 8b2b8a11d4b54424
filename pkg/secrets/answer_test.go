package secrets_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/secrets"
)

// answering is a network on which every answer is this one.
func answering(status int, body []byte) http.RoundTripper {
	return transportFunc(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(body))}, nil
	})
}

func TestAnswersThatAreReadStrictly(t *testing.T) {
	for name, c := range map[string]struct{ body, want, fails string }{
		"text":                      {`{"ARN":"arn","SecretString":"a\"b","VersionStages":["AWSCURRENT"]}`, `a"b`, ""},
		"bytes":                     {`{"SecretBinary":"YWI="}`, "ab", ""},
		"null is nothing":           {`{"SecretBinary":null,"SecretString":"a"}`, "a", ""},
		"both":                      {`{"SecretBinary":"YWI=","SecretString":"S3CRET"}`, "", "gives two values"},
		"neither":                   {`{"Name":"S3CRET"}`, "", "gives no value"},
		"in other letters":          {`{"secretstring":"S3CRET"}`, "", "gives no value"},
		"twice":                     {`{"SecretString":"S3CRET","SecretString":"a"}`, "", "gives a field twice"},
		"a list":                    {`{"SecretString":["S3CRET"]}`, "", "SecretString is not a string"},
		"bytes as numbers":          {`{"SecretBinary":[83,51]}`, "", "SecretBinary is not a string"},
		"bytes that are no base64":  {`{"SecretBinary":"S3CRET!"}`, "", "SecretBinary is not base64"},
		"followed by something":     {`{"SecretString":"a"}S3CRET`, "", "is followed by something else"},
		"not UTF-8":                 {"{\"SecretString\":\"S3CRET\xff\"}", "", "is not UTF-8"},
		"cut short":                 {`{"SecretString":"S3CRET`, "", "is not valid JSON"},
		"nothing":                   {``, "", "is not a JSON object"},
		"no answer of its protocol": {`"S3CRET"`, "", "is not a JSON object"},
	} {
		t.Run(name, func(t *testing.T) {
			value, err := client("http://double", answering(200, []byte(c.body))).Value(t.Context(), id)
			if c.fails == "" {
				if string(value) != c.want || err != nil {
					t.Errorf("got %q, %v", value, err)
				}
				return
			}
			text := secrets.Reason(t.Context(), err).Error()
			if value != nil || !strings.HasPrefix(text, "Secrets Manager's answer cannot be used: ") || !strings.HasSuffix(text, c.fails) && !strings.Contains(text, c.fails+" ") {
				t.Errorf("got %q, %s", value, text)
			}
			if strings.Contains(text, "S3CRET") {
				t.Errorf("the error shows a value: %s", text)
			}
		})
	}
}

// Whatever comes back, there is a value or an error, and the error shows nothing of it.
func FuzzAnswer(f *testing.F) {
	for _, body := range []string{
		`{"SecretString":"a"}`, `{"SecretBinary":"YWI="}`, `{"SecretString":null,"SecretBinary":null}`, `{"SecretString":"\ud800"}`,
		`{"__type":"AccessDeniedException"}`, `{"__type":"a#b#c"}`, `<html>`,
	} {
		f.Add(200, []byte(body))
		f.Add(400, []byte(body))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		body = bytes.ReplaceAll(body, []byte(`":"`), []byte(`":"S3CRET`)) // in values, not in names
		value, err := client("http://double", answering(status, body)).Value(t.Context(), id)
		switch {
		case err != nil:
			if text := secrets.Reason(t.Context(), err).Error(); value != nil || strings.Contains(text, "S3CRET") {
				t.Errorf("got %q and %s", value, text)
			}
		case status != 200:
			t.Errorf("HTTP status %d is a value: %q", status, value)
		default:
			var read struct {
				SecretString *string
				SecretBinary []byte
			}
			if err := json.Unmarshal(body, &read); err != nil {
				t.Fatal(err)
			}
			if want := read.SecretBinary; read.SecretString == nil && !bytes.Equal(value, want) || read.SecretString != nil && string(value) != *read.SecretString {
				t.Errorf("%s is read as %q", body, value)
			}
		}
	})
}

// counted is a body that counts what is read of it, and whether it is closed.
type counted struct {
	io.Reader
	read   int
	closed bool
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.read += n
	return n, err
}

func (c *counted) Close() error { c.closed = true; return nil }

// An answer that does not end is given up once it is too long, and its connection with it.
func TestAnswerWithoutEnd(t *testing.T) {
	const plenty = 4 << 20
	for _, status := range []int{http.StatusOK, http.StatusBadRequest} {
		body := &counted{Reader: io.LimitReader(zeros{}, plenty)}
		c := client("http://double", transportFunc(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: status, Header: http.Header{}, Body: body}, nil
		}))
		if _, err := c.Value(t.Context(), id); err == nil || body.read >= plenty || !body.closed {
			t.Errorf("status %d: %v after %d bytes, closed: %v", status, err, body.read, body.closed)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
