// Command receiver is the platform's side of docs/notices.md, as a starting point. It takes the notices that `wxbind serve --webhook`
// sends, each once and in order, and prints what the platform would do.
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"
)

type notice struct {
	ID, Type, UserID, AppID string
	Time, Number            int64
	Data                    []string
}

// known is what the receiver must remember. A platform has it in its database, and changes it in the transaction of what it does.
type known struct {
	Last map[string]int64 // the highest number of each user
}

const window = 5 * time.Minute

var (
	addr  = flag.String("addr", "127.0.0.1:3200", "address to listen on")
	file  = flag.String("known", "known.json", "file with what was received")
	key   = []byte(os.Getenv("WEBHOOK_KEY")) // what `wxbind outbox key` prints
	mutex sync.Mutex
)

func main() {
	if flag.Parse(); len(key) < 43 {
		log.Fatal("WEBHOOK_KEY must be at least 43 random characters")
	}
	http.HandleFunc("POST /", receive)
	log.Fatal((&http.Server{Addr: *addr, ReadTimeout: time.Minute, IdleTimeout: time.Minute}).ListenAndServe())
}

// receive answers 204 once everything is stored. Any other answer makes wxbind send it again.
func receive(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 256<<10))
	var in struct{ Notices []notice }
	switch {
	case err != nil || !signed(r, body, time.Now()):
		w.WriteHeader(http.StatusUnauthorized)
	case json.Unmarshal(body, &in) != nil:
		w.WriteHeader(http.StatusBadRequest)
	case keep(in.Notices) != nil:
		w.WriteHeader(http.StatusInternalServerError)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

// signed checks the signature before anything in the body is believed. A repeated request needs no nonce: keep drops it.
func signed(r *http.Request, body []byte, now time.Time) bool {
	made, nonce := r.Header.Get("Wxbind-Timestamp"), r.Header.Get("Wxbind-Nonce")
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("v1\n" + r.Method + "\n" + r.URL.EscapedPath() + "\n" + made + "\n" + nonce + "\n" + string(body)))
	seconds, err := strconv.ParseInt(made, 10, 64)
	return hmac.Equal([]byte(r.Header.Get("Wxbind-Signature")), []byte("v1="+hex.EncodeToString(mac.Sum(nil)))) &&
		err == nil && now.Sub(time.Unix(seconds, 0)).Abs() <= window
}

// keep does what the notices are about. One sender sends a user's in order, so one with no higher number than the last is a repeat.
// Whoever gets them from a bus, which keeps no order, drops repeats by their id and looks at what is true now.
func keep(notices []notice) error {
	mutex.Lock()
	defer mutex.Unlock()
	k := known{Last: map[string]int64{}}
	text, err := os.ReadFile(*file)
	if err == nil {
		err = json.Unmarshal(text, &k)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, n := range notices {
		if n.Number > k.Last[n.UserID] {
			k.Last[n.UserID] = n.Number
			fmt.Println(act(n))
		}
	}
	text, err = json.Marshal(k)
	if err == nil {
		err = os.WriteFile(*file+".new", text, 0o600)
	}
	if err == nil {
		err = os.Rename(*file+".new", *file)
	}
	return err
}

// act says what the platform would do.
func act(n notice) string {
	switch n.Type {
	case "deleted":
		return "delete everything of user " + n.UserID
	case "data_revoked":
		return fmt.Sprintf("delete %v of user %s that came from %s", n.Data, n.UserID, n.AppID)
	}
	return n.Type + " " + n.UserID + " " + n.AppID
}
