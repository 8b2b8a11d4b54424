// Package secretstest is a Secrets Manager for tests: it speaks GetSecretValue and
// nothing else, and fails or dawdles when told to.
package secretstest

import (
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Server is an http.Handler that answers GetSecretValue as AWS does (JSON 1.1).
// Its zero value holds no secret. It is safe for concurrent use.
type Server struct {
	mu      sync.Mutex
	secrets map[string]secret
	status  int
	code    string
	delay   time.Duration
	calls   int
}

// secret is the part of an answer that says the value; one field is set.
type secret struct {
	SecretString string `json:",omitempty"`
	SecretBinary []byte `json:",omitempty"`
}

// Put stores a secret under its name or ARN.
func (s *Server) Put(id, value string) {
	s.put(id, secret{SecretString: value})
}

// PutBinary stores a secret of bytes.
func (s *Server) PutBinary(id string, value []byte) {
	s.put(id, secret{SecretBinary: value})
}

func (s *Server) put(id string, v secret) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.secrets == nil {
		s.secrets = map[string]secret{}
	}
	s.secrets[id] = v
}

// Fail makes every call from now on fail with an HTTP status and an error code of
// AWS, such as 400 and AccessDeniedException. The status 0 ends it.
func (s *Server) Fail(status int, code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status, s.code = status, code
}

// Delay makes every call from now on wait that long before it is answered.
func (s *Server) Delay(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.delay = d
}

// Calls says how many calls came in, the unanswered ones included.
func (s *Server) Calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

// request is the body of a call.
type request struct {
	SecretID string `json:"SecretId"`
}

// maxBody bounds what is read of a call.
const maxBody = 64 << 10

// ServeHTTP answers one call by what the server holds when the delay is over.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var req request
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&req)

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

	s.mu.Lock()
	v, found := s.secrets[req.SecretID]
	status, code := s.status, s.code
	s.mu.Unlock()
	switch {
	case r.Method != http.MethodPost || r.Header.Get("X-Amz-Target") != "secretsmanager.GetSecretValue":
		refuse(w, http.StatusBadRequest, "UnknownOperationException")
	case r.Header.Get("Authorization") == "":
		refuse(w, http.StatusBadRequest, "MissingAuthenticationTokenException")
	case err != nil:
		refuse(w, http.StatusBadRequest, "SerializationException")
	case status != 0:
		refuse(w, status, code)
	case !found:
		refuse(w, http.StatusBadRequest, "ResourceNotFoundException")
	default:
		answer(w, http.StatusOK, struct {
			Name          string
			VersionStages []string
			secret
		}{req.SecretID, []string{"AWSCURRENT"}, v})
	}
}

func refuse(w http.ResponseWriter, status int, code string) {
	answer(w, status, map[string]string{"__type": code, "Message": "secretstest says no."})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the caller has gone: nobody is left to tell
}
