package password

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/storetest"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

// platforms are the hashes that users of one platform may have, besides those of wxbind's own. One kind of each takes much
// longer than all others: without the decoys the difference would be obvious.
var platforms = map[string]map[string]login.Hidden{
	"PHC and crypt": {
		"bcrypt4":  bcrypt4,
		"bcrypt5":  bcrypt5,
		"imported": "$argon2id$v=19$m=16384,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
	},
	"Django": {
		"one iteration":   "pbkdf2_sha256$1$seasalt$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"many iterations": "pbkdf2_sha256$9375$seasalt$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"scrypt":          "scrypt$2048$seasalt$8$1$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"md5":             "md5$seasalt$3f86d0d3d465b7b458c231bf3555c0e3",
		"sha1":            "sha1$seasalt$cff36ea83f5706ce9aa7454e63e431fc726b2dc8",
	},
	"Spring": {
		"bcrypt":  "{bcrypt}" + bcrypt4,
		"scrypt":  "{scrypt}$b0801$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"MD5":     "{MD5}{THIS_IS_A_SALT}a68aafd90299d0b137de28fb4bb68573",
		"SHA-256": "{SHA-256}{THIS_IS_A_SALT}4b79b7de23eb23b78cc5ede227d532b8a51f89b2ec166f808af76b0dbedc47d7",
	},
}

// userHashes are the hashes of a platform's users, one of today's, and "" for an unknown user, with their kinds.
func userHashes(t *testing.T, h *Hasher, platform map[string]login.Hidden) (hashes map[string]login.Hidden, kinds []string) {
	t.Helper()
	own, err := h.Hash(t.Context(), "right")
	if err != nil {
		t.Fatal(err)
	}
	hashes = maps.Clone(platform)
	hashes["unknown"], hashes["argon2id"] = "", own
	for _, hash := range hashes {
		if hash == "" {
			continue
		}
		stored, err := parse(hash)
		if err != nil {
			t.Fatal(err)
		}
		if kind := stored.kind(); kind != "" && !slices.Contains(kinds, kind) {
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
	for name, platform := range platforms {
		t.Run(name, func(t *testing.T) { bindsMustTakeTheSameTime(t, platform) })
	}
}

func bindsMustTakeTheSameTime(t *testing.T, platform map[string]login.Hidden) {
	lighten(t)
	h := New(Config{})
	hashes, kinds := userHashes(t, h, platform)
	if len(kinds) > MaxKinds {
		t.Fatalf("%d kinds are more than are made equal", len(kinds))
	}
	store := &storetest.Memory{}
	now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	for _, kind := range kinds {
		if err := store.AddHashKind(t.Context(), kind, len(kinds)); err != nil {
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
