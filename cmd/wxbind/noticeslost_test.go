package main

import (
	"fmt"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
)

// 10,000 notices of 500 users are written by another process while serve delivers, is killed and starts again, and the receiver
// fails now and then.
func TestNothingIsLost(t *testing.T) {
	const users, each = 500, 20
	p, url, _ := receive(t, "", webhookKey)
	requests := 0
	p.answer(func(w http.ResponseWriter) bool {
		p.mu.Lock()
		requests++
		fails := requests%97 == 0
		p.mu.Unlock()
		if fails {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		return fails
	})
	data := filepath.Join(t.TempDir(), "data")
	flags, env := []string{"--data", data, "--webhook", url}, "WXBIND_WEBHOOK_KEY="+webhookKey
	s := startServerWith(t, flags, env)
	store, err := sqlitestore.Open(t.Context(), databaseIn(data))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	var writers errgroup.Group
	writers.SetLimit(64)
	written := make(chan error, 1)
	go func() {
		for i := range users {
			writers.Go(func() error {
				id := fmt.Sprintf("u%03d", i)
				if err := store.AddUser(t.Context(), login.User{ID: id, Username: id, Apps: map[string]login.UserApp{}}, login.Password{}); err != nil {
					return err
				}
				for range each {
					if err := store.LogoutUser(t.Context(), id, login.NewID()); err != nil {
						return err
					}
				}
				return nil
			})
		}
		written <- writers.Wait()
	}()
	for n := 1; n <= 3; n++ {
		p.until(n * 1500)
		s.command.Process.Kill()
		<-s.ended
		s = startServerWith(t, flags, env)
	}
	if err := <-written; err != nil {
		t.Fatal(err)
	}
	p.until(users * each)
	time.Sleep(time.Second)
	kept, repeats := p.kept()
	last, count := map[string]int64{}, map[string]int{}
	for _, n := range kept {
		if n.Number <= last[n.UserID] {
			t.Fatalf("number %d of %s came after %d", n.Number, n.UserID, last[n.UserID])
		}
		last[n.UserID] = n.Number
		count[n.UserID]++
	}
	for id, n := range count {
		if n != each {
			t.Errorf("of %s came %d", id, n)
		}
	}
	t.Logf("%d notices of %d users, %d repeats, %d requests", len(kept), len(count), repeats, requests)
	if status, out, said := command(t, "", "outbox", "list", "--data", data); status != 0 || out != "no notice waits\n" {
		t.Errorf("%s%s", out, said)
	}
	s.interrupt()
}
