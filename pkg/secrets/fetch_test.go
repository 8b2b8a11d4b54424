package secrets_test

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/secrets"
	"github.com/wxbind/wxbind/pkg/testing/secretstest"
)

func TestManagerOnAServer(t *testing.T) {
	for name, e := range secretstest.Engines(t) {
		t.Run(name, func(t *testing.T) {
			m := func(id string) *secrets.Manager {
				return secrets.New(secrets.Config{Source: client(e.URL, http.DefaultTransport), SecretID: id, Timeout: time.Minute})
			}

			e.Put(t, "wxbind/short", shortSecret)
			short := m("wxbind/short")
			wantApp(t, short.Secret, appSecret)
			e.Put(t, "wxbind/short", newSecret)
			wantApp(t, short.Secret, appSecret)
			wantApp(t, short.Refetch, "S3CRETnew")
			wantApp(t, short.Secret, "S3CRETnew")

			e.Put(t, "wxbind/long", longSecret)
			wantApp(t, m("wxbind/long").Secret, appSecret)

			e.PutBinary(t, "wxbind/binary", []byte(shortSecret))
			wantApp(t, m("wxbind/binary").Secret, appSecret)

			_, err := m("wxbind/none").Secret(t.Context())
			wantUnavailable(t, err, "secret wxbind/none: Secrets Manager answers ResourceNotFoundException")
		})
	}
}

func TestServerThatCannotBeReached(t *testing.T) {
	server := httptest.NewServer(nil)
	server.Close()
	m := secrets.New(secrets.Config{Source: client(server.URL, &http.Transport{}), SecretID: id, Timeout: time.Minute})
	_, err := m.Secret(t.Context())
	wantUnavailable(t, err, "Secrets Manager cannot be reached: dial tcp")
}

func TestAnswersThatCannotBeRead(t *testing.T) {
	for name, body := range map[string]string{
		"cut short":                `{"SecretString":"S3CRET`,
		"a value alone":            `S3CRET`,
		"another type":             `{"SecretString":["S3CRET"]}`,
		"a string for a list":      `{"VersionStages":"S3CRET"}`,
		"a string for a time":      `{"CreatedDate":"S3CRET"}`,
		"bytes that are no base64": `{"SecretBinary":"S3CRET!"}`,
		"no value":                 `{"Name":"S3CRET"}`,
		"not what it is":           `<html>S3CRET</html>`,
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = w.Write([]byte(body))
			}))
			defer server.Close()
			m := secrets.New(secrets.Config{Source: client(server.URL, http.DefaultTransport), SecretID: id, Timeout: time.Minute})
			_, err := m.Secret(t.Context())
			wantUnavailable(t, err, "secret wxbind/test: ")
		})
	}
}

// What a source says may contain parts of an answer, so only the types are told; of several causes, those of each.
func TestReasonOfAnUnknownError(t *testing.T) {
	const mark = "S3CRET"
	err := fmt.Errorf(mark+": %w", errors.Join(errors.New(mark), &net.ParseError{Text: mark}))
	const want = "Secrets Manager was not asked, or its answer cannot be read (*fmt.wrapError > *errors.joinError > *errors.errorString; " +
		"*fmt.wrapError > *errors.joinError > *net.ParseError)"
	if got := secrets.Reason(t.Context(), err).Error(); got != want {
		t.Errorf("got %q", got)
	}
}
