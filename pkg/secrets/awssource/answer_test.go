package awssource_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/secrets"
)

// answering is a network that gives the same answer to everything.
func answering(status int, body []byte) http.RoundTripper {
	return transportFunc(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(body))}, nil
	})
}

func TestAnswers(t *testing.T) {
	const unread, unusable = "its answer cannot be read", "Secrets Manager's answer cannot be used: the answer has "
	for name, c := range map[string]struct{ body, want, fails string }{
		"text":                     {`{"ARN":"arn","SecretString":"a\"b","VersionStages":["AWSCURRENT"]}`, `a"b`, ""},
		"bytes":                    {`{"SecretBinary":"YWI="}`, "ab", ""},
		"null is nothing":          {`{"SecretBinary":null,"SecretString":"a"}`, "a", ""},
		"both":                     {`{"SecretBinary":"YWI=","SecretString":"S3CRET"}`, "", unusable + "two values"},
		"neither":                  {`{"Name":"S3CRET"}`, "", unusable + "no value"},
		"in other letters":         {`{"secretstring":"S3CRET"}`, "", unusable + "no value"},
		"nothing":                  {``, "", unusable + "no value"},
		"a list":                   {`{"SecretString":["S3CRET"]}`, "", unread},
		"bytes as numbers":         {`{"SecretBinary":[83,51]}`, "", unread},
		"bytes that are no base64": {`{"SecretBinary":"S3CRET!"}`, "", unread},
		"cut short":                {`{"SecretString":"S3CRET`, "", unread},
		"no object":                {`"S3CRET"`, "", unread},
	} {
		t.Run(name, func(t *testing.T) {
			value, err := source("http://double", answering(200, []byte(c.body))).Value(t.Context(), id)
			if c.fails == "" {
				if string(value) != c.want || err != nil {
					t.Errorf("got %q, %v", value, err)
				}
				return
			}
			if err == nil || value != nil {
				t.Fatalf("got %q, %v", value, err)
			}
			if text := secrets.Reason(t.Context(), err).Error(); !strings.Contains(text, c.fails) || strings.Contains(text, "S3CRET") {
				t.Errorf("got %s", text)
			}
		})
	}
}

// For any answer: there is a value or an error, and the error shows nothing of the answer.
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
		value, err := source("http://double", answering(status, body)).Value(t.Context(), id)
		switch {
		case err != nil:
			if text := secrets.Reason(t.Context(), err).Error(); value != nil || strings.Contains(text, "S3CRET") {
				t.Errorf("got %q and %s", value, text)
			}
		case status < 200 || status > 299:
			t.Errorf("HTTP status %d is a value: %q", status, value)
		case value == nil:
			t.Errorf("%s is no value and no error", body)
		}
	})
}

// counted is a body that counts what is read of it, and records whether it is closed.
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

// An endless answer is given up once it is too long, and its connection is closed.
func TestAnswerWithoutEnd(t *testing.T) {
	const plenty = 4 << 20
	for _, status := range []int{http.StatusOK, http.StatusBadRequest} {
		body := &counted{Reader: io.LimitReader(zeros{}, plenty)}
		c := source("http://double", transportFunc(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: status, Header: http.Header{}, Body: body}, nil
		}))
		if _, err := c.Value(t.Context(), id); err == nil || body.read >= plenty || !body.closed {
			t.Errorf("status %d: %v after %d bytes, closed: %v", status, err, body.read, body.closed)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
