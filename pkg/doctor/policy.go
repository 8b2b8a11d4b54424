package doctor

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// PolicyLine is one setting of what a mini-program lets people do, or what follows from them.
type PolicyLine struct {
	// Name is what the secret or an answer calls it.
	Name string
	// Value is what it is, in the words of the secret; "none" for an empty list, and "set" for a key.
	Value string
	// Says is what that means for people.
	Says string
}

// DescribePolicy says what a mini-program lets people do, and what else its entry of the secret has besides the AppSecret.
func DescribePolicy(s *login.Secret, a login.App) []PolicyLine {
	p, trust := a.Policy, TrustDays(a.Policy)
	link := "who is bound only in another mini-program is not known here"
	if p.LinkUnionID {
		link = "who is bound in another mini-program is known here at once, by the unionid"
	}
	rebind := "who has another WeChat gets in once the binding of the former one has been removed"
	if p.Rebind {
		rebind = "who has another WeChat takes the place of the former one, with the password"
	}
	phone := "no phone number logs its user in by itself"
	if trust > 0 {
		phone = "a phone number logs its user in by itself for " + count(trust, "day") + " after WeChat has confirmed it"
	}
	accept := "who registered in another mini-program is not let in by phone number or unionid"
	if len(p.AcceptFrom) > 0 {
		accept = "who registered there is let in by phone number or unionid"
	}
	prefetch, fetched := "none", "no request counts as WeChat's pre-fetch"
	if a.PrefetchKey != "" {
		prefetch, fetched = "set", "WeChat's pre-fetch is known by it"
	}
	push, pushes := describePush(a.Push)
	lines := []PolicyLine{
		{"ways", list(s.Ways(a)), "the login page offers these"},
		{"register", list(p.Register), saysRegister(p)},
		{"linkUnionId", strconv.FormatBool(p.LinkUnionID), link},
		{"rebind", strconv.FormatBool(p.Rebind), rebind},
		{"phoneTrustDays", strconv.Itoa(trust), phone},
		{"acceptFrom", list(p.AcceptFrom), accept},
		{"prefetchKey", prefetch, fetched},
		{"push", push, pushes},
	}
	if a.API != (login.APIKeys{}) {
		lines = append(lines, PolicyLine{"apiKeys", "set", "calls for phone numbers are encrypted and signed (API security)"})
	}
	return lines
}

// TrustDays is login.Policy.PhoneTrust in the secret's unit.
func TrustDays(p login.Policy) int { return int(p.PhoneTrust / (24 * time.Hour)) }

func saysRegister(p login.Policy) string {
	var by []string
	for _, way := range p.Register {
		switch way {
		case login.RegisterAsk:
			by = append(by, "by asking for it")
		case login.RegisterPhone:
			by = append(by, "by a phone number that nobody has")
		case login.RegisterLaunch:
			by = append(by, "by launching the mini-program")
		}
	}
	if len(by) == 0 {
		return "nobody becomes a user by themselves"
	}
	return "who is no user becomes one " + strings.Join(by, ", and ")
}

// PolicyWarnings finds what an operator should look at in the policies of a secret that is well formed.
func PolicyWarnings(s *login.Secret) []Finding {
	var found []Finding
	if s.IndexKey == "" {
		found = append(found, warn("index key", "there is no index key, so nobody can be found by a phone number or a unionid",
			"if there was one, put that one back; else `wxbind secret app set` adds one"))
	}
	found = append(found, plainPushes(s)...)
	for _, id := range slices.Sorted(maps.Keys(s.Apps)) {
		own, wider := s.Apps[id].Policy, []string(nil)
		for _, from := range own.AcceptFrom {
			if other := s.Apps[from].Policy; open(other) > open(own) {
				wider = append(wider, fmt.Sprintf("%s (%s)", from, list(other.Register)))
			}
		}
		if wider != nil {
			found = append(found, warn("policy "+id, fmt.Sprintf("%s accepts whoever registered in %s, and there anybody can", id, strings.Join(wider, " and ")),
				"if that is not meant: `wxbind secret app set "+id+" --accept-from none`"))
		}
	}
	return found
}

// open says who can become a user: 0 for nobody, 1 for whoever has a phone number, 2 for anybody.
func open(p login.Policy) int {
	switch {
	case slices.Contains(p.Register, login.RegisterAsk), slices.Contains(p.Register, login.RegisterLaunch):
		return 2
	case slices.Contains(p.Register, login.RegisterPhone):
		return 1
	}
	return 0
}

// list is a list in the words of the secret.
func list[S ~string](words []S) string {
	if len(words) == 0 {
		return "none"
	}
	var text []string
	for _, word := range words {
		text = append(text, string(word))
	}
	return strings.Join(text, ", ")
}
