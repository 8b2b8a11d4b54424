package doctor_test

import (
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/doctor"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
	"github.com/wxbind/wxbind/pkg/storetest"
)

func TestNoticesThatWaitForLong(t *testing.T) {
	const fine = "ok notices: no notice to the platform has waited for an hour"
	f := files(t)
	store, err := sqlitestore.Open(t.Context(), f.Database)
	must(t, err)
	defer store.Close()
	wantLines(t, []doctor.Check{doctor.EmbeddedOutbox(f)}, fine)
	must(t, store.WantNotices(t.Context(), true))
	must(t, store.AddUser(t.Context(), login.User{ID: "alice", Username: "alice", Apps: map[string]login.UserApp{}}, login.Password{}))
	must(t, store.LogoutUser(t.Context(), "alice", "e"))
	wantLines(t, []doctor.Check{doctor.EmbeddedOutbox(f)}, fine)

	long := time.Now().Add(-61 * time.Minute)
	memory := &storetest.Memory{Now: func() time.Time { return long }}
	wantLines(t, []doctor.Check{doctor.Outbox(memory)}, fine)
	must(t, memory.WantNotices(t.Context(), true))
	must(t, memory.AddUser(t.Context(), login.User{ID: "alice", Username: "alice", Apps: map[string]login.UserApp{}}, login.Password{}))
	must(t, memory.LogoutUser(t.Context(), "alice", "e"))
	wantLines(t, []doctor.Check{doctor.Outbox(memory)}, "warn notices: notices to the platform have waited since "+long.UTC().Format("2006-01-02 15:04Z")+" -> ")
}
