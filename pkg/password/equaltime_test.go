package password

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/storetest"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

// userHashes are the hashes that users of one platform may have; "" for an unknown user.
func userHashes(t *testing.T, h *Hasher) (hashes map[string]login.Hidden, kinds []string) {
	t.Helper()
	own, err := h.Hash(t.Context(), "right")
	if err != nil {
		t.Fatal(err)
	}
	hashes = map[string]login.Hidden{
		"unknown":  "",
		"argon2id": own,
		"bcrypt4":  bcrypt4,
		"bcrypt5":  bcrypt5,
		// It takes much longer than all others: without the decoys the difference would be obvious.
		"imported": "$argon2id$v=19$m=16384,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
	}
	for _, hash := range hashes {
		if hash == "" {
			continue
		}
		stored, err := parse(hash)
		if err != nil {
			t.Fatal(err)
		}
		if kind := stored.kind(); kind != "" {
			kinds = append(kinds, kind)
		}
	}
	return hashes, kinds
}

// lighten makes today's parameters smaller for a test, so that hundreds of passwords take seconds. Such a test does not
// depend on their values.
func lighten(t *testing.T) {
	real := today
	today = argonCost{memory: 1024, passes: 1, lanes: 1}
	t.Cleanup(func() { today = real })
}

// The time of a bind reveals neither whether the user exists nor what hash the user has.
func TestBindsWithWrongPasswordsTakeTheSameTime(t *testing.T) {
	lighten(t)
	h := New(Config{})
	hashes, kinds := userHashes(t, h)
	store := &storetest.Memory{}
	now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	for _, kind := range kinds {
		if err := store.AddHashKind(t.Context(), kind); err != nil {
			t.Fatal(err)
		}
	}
	for user, hash := range hashes {
		u := login.User{ID: "u-" + user, Username: user, CreatedAt: now, Apps: map[string]login.UserApp{}}
		if hash == "" {
			continue
		}
		if err := store.AddUser(t.Context(), u, login.NewPassword(hash)); err != nil {
			t.Fatal(err)
		}
	}
	config := logintest.Config(store)
	config.Hasher, config.Now = h, func() time.Time { return now }
	service := login.New(config)
	tries := 0
	times := interleaved(40, hashes, func(user string) {
		now = now.Add(time.Hour) // no account comes under attack
		tries++
		r := login.BindRequest{Code: fmt.Sprintf("code%d", tries), Username: user, Password: "wrong"}
		if _, err := service.Bind(t.Context(), login.Caller{Address: "192.0.2.1"}, r); !errors.Is(err, login.InvalidCredentials) {
			t.Fatalf("Bind of %s: %v", user, err)
		}
	})
	mustLookAlike(t, times)
}

// interleaved measures passwords of each user, in turn and in random order, so that other load on the machine affects
// all of them alike.
func interleaved(rounds int, hashes map[string]login.Hidden, try func(user string)) map[string][]time.Duration {
	var users []string
	for user := range hashes {
		users = append(users, user)
	}
	times := map[string][]time.Duration{}
	for range rounds {
		rand.Shuffle(len(users), func(i, j int) { users[i], users[j] = users[j], users[i] })
		for _, user := range users {
			begin := time.Now()
			try(user)
			times[user] = append(times[user], time.Since(begin))
		}
	}
	return times
}

// mustLookAlike fails if a user's times can be told from an unknown user's: if the medians differ by a quarter, and the
// ranks differ too (Mann and Whitney's U; for equal distributions of forty each that is more than four standard
// deviations).
func mustLookAlike(t *testing.T, times map[string][]time.Duration) {
	t.Helper()
	unknown := times["unknown"]
	for user, taken := range times {
		slower := 0
		for _, a := range taken {
			for _, b := range unknown {
				if a > b {
					slower++
				}
			}
		}
		share := float64(slower) / float64(len(taken)*len(unknown))
		ratio := float64(median(taken)) / float64(median(unknown))
		t.Logf("%s: median %v, %.2f of an unknown user's; slower in %.2f of the pairs", user, median(taken), ratio, share)
		if (ratio > 1.25 || ratio < 0.8) && (share > 0.8 || share < 0.2) {
			t.Errorf("%s can be told from an unknown user", user)
		}
	}
}

func median(times []time.Duration) time.Duration {
	return slices.Sorted(slices.Values(times))[len(times)/2]
}
