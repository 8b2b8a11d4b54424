package playground

import (
	"encoding/json"
	"net/http"
	"time"
)

// replyTime bounds the writing of an answer.
const replyTime = 5 * time.Second

// failure is the body of a refusal, as far as it has the members of the API's.
type failure struct {
	Code  int    `json:"code"` // 0
	Msg   string `json:"msg"`
	Error string `json:"error"`
}

func refuse(w http.ResponseWriter, status int, name, message string) {
	w.Header().Set("Cache-Control", "no-store")
	answer(w, status, failure{Msg: message, Error: name})
}

// answer answers in JSON.
func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	limitReply(w)
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body) //nolint:errcheck // the client has disconnected
}

func limitReply(w http.ResponseWriter) {
	http.NewResponseController(w).SetWriteDeadline(time.Now().Add(replyTime)) //nolint:errcheck // the recorder of a test has none
}
