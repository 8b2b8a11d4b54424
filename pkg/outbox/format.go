package outbox

import (
	"encoding/json"

	"github.com/wxbind/wxbind/pkg/login"
)

// notice is a login.Notice as receivers get it. docs/notices.md is its contract.
type notice struct {
	ID   string           `json:"id"`
	Type login.NoticeType `json:"type"`
	// Time is in Unix milliseconds.
	Time   int64            `json:"time"`
	UserID string           `json:"userId"`
	AppID  string           `json:"appId,omitempty"`
	Number int64            `json:"number"`
	Data   []login.DataKind `json:"data,omitempty"`
}

func formOf(n login.Notice) notice {
	return notice{ID: n.ID, Type: n.Type, Time: n.At.UnixMilli(), UserID: n.UserID, AppID: n.AppID, Number: n.Number, Data: n.Data}
}

// JSON is a notice as an object of JSON.
func JSON(n login.Notice) ([]byte, error) { return json.Marshal(formOf(n)) }

// ListJSON is {"notices":[…]}.
func ListJSON(notices []login.Notice) ([]byte, error) {
	list := make([]notice, len(notices))
	for i, n := range notices {
		list[i] = formOf(n)
	}
	return json.Marshal(map[string][]notice{"notices": list})
}
