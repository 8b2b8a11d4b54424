// Command directory is the platform's side of docs/directory.md, as a starting point. It serves the signed operations from a
// file of users, which it reads for each request. optional.go has those that a platform may leave out.
package main

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"
)

type user struct {
	Profile        map[string]any // as in the contract
	Salt, Hash     []byte         // PBKDF2 with SHA-256, in base64
	RegistrationID string         // of users whom wxbind has registered
}

const window = 5 * time.Minute

var (
	addr   = flag.String("addr", "127.0.0.1:3100", "address to listen on")
	file   = flag.String("users", "users.json", "file with the users, by username")
	rounds = flag.Int("rounds", 600_000, "PBKDF2 rounds of the password hashes")
	key    = []byte(os.Getenv("DIRECTORY_KEY")) // directoryKey in wxbind's secret
	nonces sync.Map                             // seen nonces, until nobody can use them again
)

func main() {
	if flag.Parse(); len(key) < 43 {
		log.Fatal("DIRECTORY_KEY must be at least 43 random characters")
	}
	http.Handle("POST /authenticate", signed(authenticate))
	http.Handle("POST /get", signed(get))
	log.Fatal((&http.Server{Addr: *addr, ReadTimeout: window, IdleTimeout: time.Minute}).ListenAndServe())
}

// signed passes on what wxbind signed within the window, once per nonce.
func signed(next func(map[string]user, map[string]string) (int, any)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<10)) // a truncated body has another signature
		made, nonce := r.Header.Get("Wxbind-Timestamp"), r.Header.Get("Wxbind-Nonce")
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte("v1\n" + r.Method + "\n" + r.URL.EscapedPath() + "\n" + made + "\n" + nonce + "\n" + string(body)))
		want := "v1=" + hex.EncodeToString(mac.Sum(nil))
		var users map[string]user
		var in map[string]string
		status, answer := refuse(http.StatusInternalServerError, "internal")
		if !hmac.Equal([]byte(r.Header.Get("Wxbind-Signature")), []byte(want)) || !fresh(made, nonce, time.Now()) {
			status, answer = refuse(http.StatusUnauthorized, "signature_invalid")
		} else if text, err := os.ReadFile(*file); err == nil && json.Unmarshal(text, &users) == nil && json.Unmarshal(body, &in) == nil {
			status, answer = next(users, in)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(answer)
	}
}

func fresh(timestamp, nonce string, now time.Time) bool {
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > window {
		return false
	}
	_, seen := nonces.LoadOrStore(nonce, true)
	time.AfterFunc(2*window, func() { nonces.Delete(nonce) })
	return !seen
}

// authenticate takes as long, and answers the same, for a user who does not exist.
func authenticate(users map[string]user, in map[string]string) (int, any) {
	u := users[in["username"]]
	hash, err := pbkdf2.Key(sha256.New, in["password"], u.Salt, *rounds, sha256.Size)
	if err != nil || !hmac.Equal(hash, u.Hash) {
		return refuse(http.StatusUnauthorized, "invalid_credentials")
	}
	if u.Profile["disabled"] != false {
		return refuse(http.StatusForbidden, "user_disabled")
	}
	return http.StatusOK, u.Profile
}

func get(users map[string]user, in map[string]string) (int, any) {
	for _, u := range users {
		if u.Profile["id"] == in["id"] {
			return http.StatusOK, u.Profile
		}
	}
	return refuse(http.StatusNotFound, "user_not_found")
}

func refuse(status int, name string) (int, any) { return status, map[string]string{"error": name} }
