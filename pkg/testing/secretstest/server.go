// Package secretstest is a Secrets Manager for tests. It implements GetSecretValue, PutSecretValue and
// UpdateSecretVersionStage, and fails or delays when told to.
package secretstest

import (
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Server is an http.Handler that answers as AWS does (JSON 1.1).
// Its zero value holds no secret. It is safe for concurrent use.
type Server struct {
	// Access is the only caller accepted, who must sign for Region. Without it any signature is accepted.
	Access aws.Credentials
	Region string

	mu      sync.Mutex
	secrets map[string]*versions
	status  int
	code    string
	delay   time.Duration
	calls   int
	lose    string
}

// Put stores a secret under its name or ARN.
func (s *Server) Put(id, value string) {
	s.put(id, value, nil)
}

// PutBinary stores a secret as bytes.
func (s *Server) PutBinary(id string, value []byte) {
	s.put(id, "", value)
}

func (s *Server) put(id, text string, raw []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.secrets == nil {
		s.secrets = map[string]*versions{}
	}
	if s.secrets[id] == nil {
		s.secrets[id] = &versions{stages: map[string]string{}, values: map[string]value{}}
	}
	s.secrets[id].add(rand.Text(), value{text, raw}, current)
}

// Value returns the current value of a secret; "" if there is none.
func (s *Server) Value(id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.secrets[id] == nil {
		return ""
	}
	return s.secrets[id].current().SecretString
}

// LoseAnswer makes the next call of an operation take effect, but answers it with InternalServiceError.
func (s *Server) LoseAnswer(operation string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lose = operation
}

// Fail makes every call from now on fail with an HTTP status and one of AWS's error codes, such as 400 and
// AccessDeniedException. The status 0 ends it.
func (s *Server) Fail(status int, code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status, s.code = status, code
}

// Delay delays the answer to every call from now on.
func (s *Server) Delay(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.delay = d
}

// Calls returns how many calls came in, including unanswered ones.
func (s *Server) Calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

// request is the body of a call.
type request struct {
	SecretID            string   `json:"SecretId"`
	SecretString        string   `json:"SecretString"`
	ClientRequestToken  string   `json:"ClientRequestToken"`
	VersionStages       []string `json:"VersionStages"`
	VersionStage        string   `json:"VersionStage"`
	RemoveFromVersionID string   `json:"RemoveFromVersionId"`
	MoveToVersionID     string   `json:"MoveToVersionId"`
}

// maxBody bounds how much of a call is read.
const maxBody = 64 << 10

// ServeHTTP answers one call with what the server holds once the delay is over.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var req request
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err == nil {
		err = json.Unmarshal(body, &req)
	}

	s.mu.Lock()
	s.calls++
	call, delay := s.calls, s.delay
	s.mu.Unlock()
	w.Header().Set("X-Amzn-Requestid", "request-"+strconv.Itoa(call))

	if delay > 0 {
		select {
		case <-time.After(delay):
		case <-r.Context().Done():
			return
		}
	}

	operation, known := strings.CutPrefix(r.Header.Get("X-Amz-Target"), "secretsmanager.")
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case r.Method != http.MethodPost || !known:
		refuse(w, http.StatusBadRequest, "UnknownOperationException")
	case r.Header.Get("Authorization") == "":
		refuse(w, http.StatusBadRequest, "MissingAuthenticationTokenException")
	case !s.signed(r, body):
		refuse(w, http.StatusBadRequest, "InvalidSignatureException")
	case err != nil:
		refuse(w, http.StatusBadRequest, "SerializationException")
	case s.status != 0:
		refuse(w, s.status, s.code)
	case s.secrets[req.SecretID] == nil:
		refuse(w, http.StatusBadRequest, "ResourceNotFoundException")
	default:
		body, code := s.secrets[req.SecretID].do(operation, req)
		switch {
		case code != "":
			refuse(w, http.StatusBadRequest, code)
		case s.lose == operation:
			s.lose = ""
			refuse(w, http.StatusInternalServerError, "InternalServiceError")
		default:
			answer(w, http.StatusOK, body)
		}
	}
}

func refuse(w http.ResponseWriter, status int, code string) {
	answer(w, status, map[string]string{"__type": code, "Message": "secretstest says no."})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the caller has disconnected; there is nobody to tell
}
