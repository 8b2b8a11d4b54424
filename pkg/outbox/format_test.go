package outbox_test

import (
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/outbox"
)

func TestForm(t *testing.T) {
	at := time.Date(2026, 11, 28, 1, 2, 3, 456e6, time.UTC)
	for name, row := range map[string]struct {
		notice login.Notice
		want   string
	}{
		"of no mini-program": {
			login.Notice{ID: "n1", Type: login.NoticeDisabled, At: at, UserID: "u1", Number: 7},
			`{"id":"n1","type":"disabled","time":1795827723456,"userId":"u1","number":7}`,
		},
		"with everything": {
			login.Notice{ID: "n2", Type: login.NoticeDataRevoked, At: at, UserID: "u1", AppID: "wx1", Number: 8, Data: []login.DataKind{login.DataPhone, login.DataAvatar}},
			`{"id":"n2","type":"data_revoked","time":1795827723456,"userId":"u1","appId":"wx1","number":8,"data":["phone","avatar"]}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := outbox.JSON(row.notice); err != nil || string(got) != row.want {
				t.Errorf("got %s, %v; want %s", got, err, row.want)
			}
			if got, err := outbox.ListJSON([]login.Notice{row.notice, row.notice}); err != nil || string(got) != `{"notices":[`+row.want+`,`+row.want+`]}` {
				t.Errorf("the list is %s, %v", got, err)
			}
		})
	}
}

// The longest notice is as small as pkg/webhook and pkg/eventbus say.
func TestLongestNotice(t *testing.T) {
	long := login.Notice{
		ID: login.NewID(), Type: login.NoticePasswordChanged, At: time.Now(), UserID: strings.Repeat("<", 256),
		AppID: strings.Repeat("x", 64), Number: 1 << 62,
	}
	for range 12 {
		long.Data = append(long.Data, login.DataKind(strings.Repeat("k", 12)))
	}
	if text, err := outbox.JSON(long); err != nil || len(text) > 2<<10 {
		t.Errorf("%d bytes, %v", len(text), err)
	}
}
