package eventbus_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/wxbind/wxbind/pkg/eventbus"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/outbox"
	"github.com/wxbind/wxbind/pkg/storetest"
)

// bus is a double of PutEvents, which speaks its wire format.
type bus struct {
	mu sync.Mutex
	// refuses decides about the i-th entry of a request; nil takes all.
	refuses func(i int) bool
	// status of the answer; 0 means 200.
	status int
	taken  []entry
	sizes  []int
}

// entry is one of a request.
type entry struct {
	EventBusName, Source, DetailType, Detail string
	Time                                     float64
}

func (b *bus) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	var in struct{ Entries []entry }
	if err := json.Unmarshal(body, &in); err != nil || r.Header.Get("X-Amz-Target") != "AWSEvents.PutEvents" {
		http.Error(w, "no PutEvents", http.StatusBadRequest)
		return
	}
	b.sizes = append(b.sizes, len(in.Entries))
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if b.status != 0 {
		w.WriteHeader(b.status)
		fmt.Fprint(w, `{"__type":"AccessDeniedException","message":"no"}`)
		return
	}
	type result struct {
		EventID                 *string `json:"EventId"`
		ErrorCode, ErrorMessage *string
	}
	var out struct {
		FailedEntryCount int
		Entries          []result
	}
	for i, e := range in.Entries {
		if b.refuses != nil && b.refuses(i) {
			out.FailedEntryCount++
			out.Entries = append(out.Entries, result{ErrorCode: aws.String("ThrottlingException"), ErrorMessage: aws.String("slow down")})
			continue
		}
		b.taken = append(b.taken, e)
		out.Entries = append(out.Entries, result{EventID: aws.String("e")})
	}
	json.NewEncoder(w).Encode(out)
}

func (b *bus) sender(t *testing.T) *eventbus.Sender {
	t.Helper()
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	credentials := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
	})
	return eventbus.New(eventbus.Config{
		AWS: aws.Config{Region: "us-east-1", Credentials: credentials}, Endpoint: server.URL, Bus: "arn:aws:events:us-east-1:111122223333:event-bus/platform",
	})
}

func notices(n int) []login.Notice {
	all := make([]login.Notice, n)
	for i := range all {
		all[i] = login.Notice{ID: fmt.Sprint("n", i), Type: login.NoticeDeleted, At: time.UnixMilli(1_700_000_000_500), UserID: "u1", Number: int64(i + 1)}
	}
	return all
}

func TestEventOfANotice(t *testing.T) {
	b := &bus{}
	if taken, err := b.sender(t).Send(t.Context(), notices(1)); taken != 1 || err != nil {
		t.Fatalf("took %d, %v", taken, err)
	}
	want := entry{
		EventBusName: "arn:aws:events:us-east-1:111122223333:event-bus/platform", Source: "wxbind", DetailType: "wxbind notice",
		Detail: `{"id":"n0","type":"deleted","time":1700000000500,"userId":"u1","number":1}`, Time: 1_700_000_000.5,
	}
	if got := b.taken[0]; int64(got.Time) != int64(want.Time) || got.Detail != want.Detail || got.Source != want.Source ||
		got.DetailType != want.DetailType || got.EventBusName != want.EventBusName {
		t.Errorf("got %+v; want %+v", got, want)
	}
}

func TestTakenFront(t *testing.T) {
	for name, row := range map[string]struct {
		sent    int
		refuses func(int) bool
		status  int
		taken   int
		says    string
	}{
		"all":               {5, nil, 0, 5, ""},
		"ten at a time":     {25, nil, 0, 10, ""},
		"without the third": {5, func(i int) bool { return i == 2 }, 0, 2, "ThrottlingException"},
		"without the first": {5, func(i int) bool { return i == 0 }, 0, 0, "ThrottlingException"},
		"without the last":  {5, func(i int) bool { return i == 4 }, 0, 4, "ThrottlingException"},
		"none":              {5, func(int) bool { return true }, 0, 0, "ThrottlingException"},
		"the role may not":  {5, nil, 400, 0, "AccessDeniedException"},
	} {
		t.Run(name, func(t *testing.T) {
			b := &bus{refuses: row.refuses, status: row.status}
			taken, err := b.sender(t).Send(t.Context(), notices(row.sent))
			if taken != row.taken || (err == nil) != (row.says == "") || err != nil && !strings.Contains(err.Error(), row.says) {
				t.Errorf("took %d, %v; want %d, %q", taken, err, row.taken, row.says)
			}
		})
	}
}

// A bus that takes only some of each request gets everything in the end.
func TestNothingIsLostInABusThatTakesSome(t *testing.T) {
	var store storetest.Memory
	if err := store.WantNotices(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	if err := store.AddUser(t.Context(), login.User{ID: "u1", Username: "u1", Apps: map[string]login.UserApp{}}, login.Password{}); err != nil {
		t.Fatal(err)
	}
	for range 95 {
		if err := store.LogoutUser(t.Context(), "u1", login.NewID()); err != nil {
			t.Fatal(err)
		}
	}
	b := &bus{refuses: func(i int) bool { return i%4 == 3 }}
	s := b.sender(t)
	for {
		if _, err := outbox.Deliver(t.Context(), &store, s, "u1"); err == nil {
			break
		} else if len(b.sizes) > 100 {
			t.Fatal(err)
		}
	}
	if slices.Max(b.sizes) > 10 {
		t.Errorf("requests of %v entries", b.sizes)
	}
	seen := map[string]bool{}
	for _, e := range b.taken {
		var d struct{ ID string }
		if err := json.Unmarshal([]byte(e.Detail), &d); err != nil {
			t.Fatal(err)
		}
		seen[d.ID] = true
	}
	if len(seen) != 95 {
		t.Errorf("%d came; want 95", len(seen))
	}
}
