package login_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/username"
)

// spellings are one username as different keyboards type it.
var spellings = []string{
	"demo1", "DEMO1", " demo1", "demo1\u3000", "ｄｅｍｏ１", "ＤＥＭＯ１", "\ufeffdemo1", "\u202ademo1\u202c", "𝐝𝐞𝐦𝐨𝟏", "demo①",
}

func TestEverySpellingFindsTheUser(t *testing.T) {
	for _, spelling := range spellings {
		w := newWorld(t)
		w.Username = username.Fold
		u := w.AddUser("demo1")
		if opened, err := w.BindUser("alice-1", spelling, password); err != nil || opened.User.ID != u.ID {
			t.Errorf("%+q: %v", spelling, err)
		}
	}
}

// Whoever guesses has the tries of one account, however they spell it. See docs/limits.md.
func TestAllSpellingsAreOneAccountForAGuesser(t *testing.T) {
	for name, newService := range map[string]func(*testing.T) *world{
		"in wxbind":      newWorld,
		"in a directory": func(t *testing.T) *world { return newDirectoryWorld(t).world },
		"of nobody":      newWorld,
	} {
		t.Run(name, func(t *testing.T) {
			w := newService(t)
			w.Username = username.Fold
			if name == "in wxbind" {
				w.AddUser("demo1")
			}
			for n, spelling := range spellings { // ten wrong passwords are free
				if _, err := w.bindFrom(fmt.Sprintf("203.0.113.%d", n), fmt.Sprintf("heater%d-1", n), spelling, "wrong"); !errors.Is(err, login.InvalidCredentials) {
					t.Fatalf("%+q: %v", spelling, err)
				}
			}
			// Now the account is under attack, and an address has two tries.
			for n, spelling := range spellings[:4] {
				g := guesser{address: "192.0.2.66", account: spelling, n: n}
				want := login.InvalidCredentials
				if n >= 2 {
					want = login.TooManyAttempts
				}
				if err := g.send(w, "wrong"); !errors.Is(err, want) {
					t.Errorf("%+q: %v, want %v", spelling, err, want)
				}
			}
		})
	}
}
