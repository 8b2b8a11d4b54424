package playground_test

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"
)

// A new stream gets the last 100 steps, and one that comes back what it has missed.
func TestStreamsBegin(t *testing.T) {
	w := newWorld(t)
	for range 60 {
		w.get("/nothing") // two steps
	}
	first := func(s *stream) int { return s.step().N }
	s := w.stream()
	if n := first(s); n != 21 {
		t.Errorf("a new one begins at %d", n)
	}
	for range 98 {
		s.step()
	}
	if e := s.next("step"); e.id != "120" {
		t.Errorf("the last has the id %s", e.id)
	}
	for id, want := range map[string]int{"5": 6, "118": 119, "x": 21, "": 21, "-1": 21, "99999999999999999999": 21, "121": 21} {
		s := w.stream("Last-Event-ID", id)
		if n := first(s); n != want {
			t.Errorf("after %q it begins at %d, want %d", id, n, want)
		}
		s.end()
	}
	// Nothing is missed and nothing comes twice.
	s = w.stream("Last-Event-ID", "120")
	w.get("/nothing")
	if n := first(s); n != 121 {
		t.Errorf("it goes on at %d", n)
	}
}

// Who has missed more than is kept is told how much.
func TestStreamThatLags(t *testing.T) {
	w := newWorld(t)
	for range 300 {
		w.get("/nothing")
	}
	s := w.stream("Last-Event-ID", "40")
	if e := s.next("lagged"); e.data != `{"lost":60}` {
		t.Errorf("it says %s", e.data)
	}
	if n := s.step().N; n != 101 {
		t.Errorf("it goes on at %d", n)
	}
}

// There are at most 8 streams. The place of one that ends is free.
func TestStreamsAreFew(t *testing.T) {
	w := newWorld(t)
	var all []*stream
	for range 8 {
		s := w.stream()
		s.next("store")
		all = append(all, s)
	}
	a := w.get("/playground/events")
	if a.StatusCode != http.StatusServiceUnavailable || a.json(t)["error"] != "too_many_streams" {
		t.Fatalf("the ninth: %d %s", a.StatusCode, a.text)
	}
	if seconds, err := strconv.Atoi(a.Header.Get("Retry-After")); err != nil || seconds < 1 {
		t.Errorf("Retry-After: %s", a.Header.Get("Retry-After"))
	}
	all[0].end()
	for begun := time.Now(); ; {
		if s := w.stream(); s.status == http.StatusOK {
			s.next("store")
			break
		}
		if time.Since(begun) > 10*time.Second {
			t.Fatal("its place is not free")
		}
	}
}

// Close ends the streams, and nothing else.
func TestCloseEndsStreams(t *testing.T) {
	w := newWorld(t)
	s := w.stream()
	s.next("store")
	w.page.Close()
	w.page.Close()
	for begun := time.Now(); ; {
		if _, open := <-s.events; !open {
			break
		}
		if time.Since(begun) > 10*time.Second {
			t.Fatal("it does not end")
		}
	}
	if a := w.get("/mobileApi/user/checkBind?code=alice-1"); a.StatusCode != 200 {
		t.Errorf("the API: %s", fmt.Sprint(a.StatusCode))
	}
}
