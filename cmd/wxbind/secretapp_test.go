package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
)

const (
	testIndexKey = "S3CRETi0123456789012345678901234567890123456789"
	// staffSecret has a mini-program for staff, which nobody gets into by themselves, and one for customers.
	staffSecret = `{"defaultApp":"wx0123456789abcdef","apps":{"wx0123456789abcdef":{"appSecret":"S3CRETstaff","owner":"ops"},` +
		`"wxfedcba9876543210":{"appSecret":"S3CRETcustomers","register":["ask","phone"],"linkUnionId":true}},` +
		`"sealKeys":[{"id":"0","key":"` + testSealKey + `"}],"indexKey":"` + testIndexKey + `"}`
)

// lostIndexKey is staffSecret without its index key.
var lostIndexKey = strings.Replace(staffSecret, "indexKey", "comment", 1)

func TestSecretAppSet(t *testing.T) {
	const staff, customers = "wx0123456789abcdef", "wxfedcba9876543210"
	defaults := login.Policy{PhoneTrust: login.DefaultPhoneTrust}
	for name, row := range map[string]struct {
		secret, args string
		status       int
		want         []string // in what it prints
		changed      func(p *login.Policy)
	}{
		"everything": {staffSecret, staff + " --register phone,ask --link-union-id --rebind --phone-trust-days 30 --accept-from " + customers, 0,
			[]string{
				"set what wx0123456789abcdef lets people do\n", "  ways was password, phone and is now password, phone, register: the login page offers these\n",
				"  register was none and is now phone, ask: who is no user becomes one by a phone number that nobody has, and by asking for it\n",
				"  linkUnionId was false and is now true", "  rebind was false and is now true", "  phoneTrustDays was 60 and is now 30", "  acceptFrom was none and is now wxfedcba9876543210",
				"10 minutes\n",
			}, func(p *login.Policy) {
				*p = login.Policy{Register: []login.Registration{"phone", "ask"}, LinkUnionID: true, Rebind: true, PhoneTrust: login.DefaultPhoneTrust / 2, AcceptFrom: []string{customers}}
			}},
		"no pre-fetch any more, and none before": {staffSecret, staff + " --no-prefetch-key", 0, []string{"wx0123456789abcdef has that policy already\n"}, nil},
		"a pre-fetch and none":                   {staffSecret, staff + " --no-prefetch-key --new-prefetch-key", 2, []string{"can't be used together"}, nil},
		"a stranger from the customers' app would be staff": {staffSecret, staff + " --accept-from " + customers, 0,
			[]string{"warning: wx0123456789abcdef accepts whoever registered in wxfedcba9876543210 (ask, phone), and there anybody can; ", "--accept-from none"},
			func(p *login.Policy) { p.AcceptFrom = []string{customers} }},
		"numbers are off":             {staffSecret, staff + " --phone-trust-days 0", 0, []string{"ways was password, phone and is now password:"}, func(p *login.Policy) { p.PhoneTrust = 0 }},
		"what is so already":          {staffSecret, staff + " --no-rebind --register none --phone-trust-days 60", 0, []string{"wx0123456789abcdef has that policy already\n"}, nil},
		"the first policy of a stack": {setSecret, staff + " --register launch", 0, []string{"added an index key"}, func(p *login.Policy) { p.Register = []login.Registration{"launch"} }},
		"nothing":                     {staffSecret, staff, 1, []string{"say what to set"}, nil},
		"an unknown word":             {staffSecret, staff + " --register ask,everybody", 1, []string{"apps.wx0123456789abcdef: register[1] is none of ask, phone, launch"}, nil},
		"none and something":          {staffSecret, staff + " --register none,ask", 1, []string{"register[0] is none of"}, nil},
		"a comma too many":            {staffSecret, staff + " --register ask,", 1, []string{"register[1] is none of"}, nil},
		"too long":                    {staffSecret, staff + " --phone-trust-days 3651", 1, []string{"phoneTrustDays must be a whole number from 0 to 3650"}, nil},
		"less than none":              {staffSecret, staff + " --phone-trust-days=-1", 1, []string{"phoneTrustDays must be a whole number from 0 to 3650"}, nil},
		"itself":                      {staffSecret, staff + " --accept-from " + staff, 1, []string{"acceptFrom[0] is the mini-program itself"}, nil},
		"one that is not there":       {staffSecret, staff + " --accept-from wx9999999999999999", 1, []string{"acceptFrom[0] is not one of apps"}, nil},
		"an unknown mini-program":     {staffSecret, "S3CRETx --rebind", 1, []string{"no such mini-program: `wxbind secret set` adds one"}, nil},
		"a new stack":                 {newSecret, staff + " --rebind", 1, []string{"no such mini-program: `wxbind secret set` adds one"}, nil},
		"a lost index key, unasked":   {lostIndexKey, staff + " --rebind", 1, []string{"--yes"}, nil},
		"a lost index key, given up":  {lostIndexKey, staff + " --rebind --yes", 0, []string{"added an index key", "rebind is true"}, func(p *login.Policy) { p.Rebind = true }},
		"a policy that was wrong":     {strings.Replace(staffSecret, `"owner"`, `"register":["S3CRET"],"owner"`, 1), staff + " --register ask", 0, []string{"register is ask"}, func(p *login.Policy) { p.Register = []login.Registration{"ask"} }},
		"a secret with another fault": {strings.Replace(staffSecret, `"S3CRETstaff"`, `1`, 1), staff + " --rebind", 1, []string{"apps.wx0123456789abcdef: appSecret is not a string"}, nil},
		"a policy wrong somewhere else": {strings.Replace(staffSecret, `"ask","phone"`, `"S3CRET"`, 1), staff + " --rebind", 1,
			[]string{"apps.wxfedcba9876543210: register[0] is none of ask, phone, launch"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			double := secretStack(t, row.secret)
			status, out, errors := onStack(t, "", "secret app set "+row.args)
			if status != row.status {
				t.Errorf("status %d: %s%s", status, out, errors)
			}
			for _, want := range row.want {
				if !strings.Contains(out+errors, want) {
					t.Errorf("it does not say %q: %s%s", want, out, errors)
				}
			}
			if row.changed == nil {
				if got := double.Value(testSecretID); got != row.secret {
					t.Errorf("it was changed to %s", got)
				}
				return
			}
			s, want := stored(t, double), defaults
			if row.changed(&want); !samePolicy(s.Apps[staff].Policy, want) {
				t.Errorf("the policy is %+v, want %+v", s.Apps[staff].Policy, want)
			}
			switch {
			case strings.Contains(row.secret, "indexKey") && s.IndexKey != testIndexKey:
				t.Error("the index key was replaced")
			case len(s.IndexKey) < 43 || strings.Contains(out+errors, string(s.IndexKey)):
				t.Error("there is no good index key, or it is shown")
			case strings.Contains(row.secret, "owner") && !strings.Contains(double.Value(testSecretID), `"owner":"ops"`):
				t.Errorf("the rest is lost: %s", double.Value(testSecretID))
			}
		})
	}
}

func TestSecretAppSetTakesListsAsPeopleTypeThem(t *testing.T) {
	double := secretStack(t, staffSecret)
	set := func(register string) (int, string) {
		status, _, errors := command(t, "", "secret", "app", "set", "wx0123456789abcdef", "--register", register, "--stack", "wxbind-dev")
		return status, errors
	}
	if status, errors := set(" launch, phone "); status != 0 || !slices.Equal(stored(t, double).Apps["wx0123456789abcdef"].Policy.Register, []login.Registration{"launch", "phone"}) {
		t.Errorf("with blanks: status %d: %s", status, errors)
	}
	if status, errors := set(""); status != 2 || !strings.Contains(errors, "must not be empty") {
		t.Errorf("an unset variable of a script: status %d: %s", status, errors)
	}
}

// A key for the pre-fetch is made here, and shown once, in the address that WeChat's console needs. It is shown by nothing else.
func TestSecretAppSetPrefetchKey(t *testing.T) {
	const staff = "wx0123456789abcdef"
	double := secretStackAt(t, staffSecret, map[string]string{"ApiUrl": "https://api.example.com"})
	set := func(args string) (login.Hidden, string) {
		t.Helper()
		status, out, errors := onStack(t, "", "secret app set "+staff+" "+args)
		if status != 0 || errors != "" {
			t.Fatalf("status %d: %s%s", status, out, errors)
		}
		return stored(t, double).Apps[staff].PrefetchKey, out
	}
	check := func(want string) {
		t.Helper()
		for _, args := range []string{"secret check", "secret check --json", "secret app set " + staff + " --phone-trust-days 60"} {
			_, out, errors := onStack(t, "", args)
			if key := stored(t, double).Apps[staff].PrefetchKey; key != "" && strings.Contains(out+errors, string(key)) {
				t.Errorf("wxbind %s shows the key: %s%s", args, out, errors)
			}
			if args == "secret check" && !strings.Contains(out, want) {
				t.Errorf("it does not say %q: %s", want, out)
			}
			if has := strings.Contains(out, `"prefetchKey":true`); args == "secret check --json" && has != strings.HasPrefix(want, "prefetchKey     set") {
				t.Errorf("in JSON: %s", out)
			}
		}
	}

	first, out := set("--new-prefetch-key")
	if !strings.Contains(out, "  prefetchKey was none and is now set: ") ||
		!strings.HasSuffix(out, "only this once:\nhttps://api.example.com/mobileApi/user/checkBind?prefetchKey="+string(first)+"\n") || len(first) < 22 {
		t.Errorf("the first: %s", out)
	}
	check("prefetchKey     set: WeChat's pre-fetch is known by it")
	second, out := set("--new-prefetch-key --rebind")
	if second == first || strings.Contains(out, string(first)) || !strings.Contains(out, "  prefetchKey is another one than before: ") || !strings.Contains(out, "  rebind was false") {
		t.Errorf("the second: %s", out)
	}
	if third, _ := set("--no-rebind"); third != second {
		t.Error("another setting has changed it")
	}
	if none, out := set("--no-prefetch-key"); none != "" || !strings.Contains(out, "prefetchKey was set and is now none") || strings.Contains(double.Value(testSecretID), "prefetchKey") {
		t.Errorf("removed: %s", out)
	}
	check("prefetchKey     none: ")
}

// A domain of one's own is what the console is told. A stack whose outputs name no address gets one to fill in.
func TestPrefetchAddress(t *testing.T) {
	for name, row := range map[string]struct {
		outputs map[string]string
		want    string
	}{
		"its own domain": {map[string]string{"ApiUrl": "https://api.example.com", "DomainUrl": "https://login.example.com"}, "\nhttps://login.example.com/mobileApi/user/checkBind?prefetchKey="},
		"unknown":        {nil, "\nhttps://YOUR.DOMAIN/mobileApi/user/checkBind?prefetchKey="},
	} {
		secretStackAt(t, staffSecret, row.outputs)
		if status, out, errors := onStack(t, "", "secret app set wx0123456789abcdef --new-prefetch-key"); status != 0 || !strings.Contains(out, row.want) {
			t.Errorf("%s: status %d: %s%s", name, status, out, errors)
		}
	}
}

// samePolicy compares what they let people do.
func samePolicy(a, b login.Policy) bool {
	return slices.Equal(a.Register, b.Register) && a.LinkUnionID == b.LinkUnionID && a.Rebind == b.Rebind && a.PhoneTrust == b.PhoneTrust &&
		slices.Equal(a.AcceptFrom, b.AcceptFrom)
}

// The first mini-program of a new stack brings the index key along. No command ever replaces it, nor adds one silently where
// there may have been one.
func TestIndexKeyIsAddedOnceAndForEver(t *testing.T) {
	const app, app2 = `{"appId":"wx0123456789abcdef","appSecret":"S3CRETnew"}`, `{"appId":"wxfedcba9876543210","appSecret":"S3CRETtwo"}`
	double := secretStack(t, newSecret)
	if status, out, errors := onStack(t, app, "secret set"); status != 0 || !strings.HasPrefix(out, "added an index key") {
		t.Fatalf("status %d: %s%s", status, out, errors)
	}
	key := stored(t, double).IndexKey
	for _, c := range []struct{ input, args string }{
		{app, "secret set --yes"},
		{app2, "secret set"},
		{"", "secret app set wx0123456789abcdef --link-union-id"},
		{"", "secret new-seal-key"},
		{"", "secret new-directory-key"},
	} {
		if status, out, errors := onStack(t, c.input, c.args); status != 0 || strings.Contains(out, "added an index key") {
			t.Errorf("wxbind %s: status %d: %s%s", c.args, status, out, errors)
		}
		if got := stored(t, double).IndexKey; got != key || len(got) < 43 {
			t.Fatalf("wxbind %s has replaced the index key", c.args)
		}
	}
	double = secretStack(t, setSecret)
	if status, out, errors := onStack(t, app2, "secret set"); status != 0 || stored(t, double).IndexKey != "" {
		t.Errorf("a second mini-program: status %d: %s%s", status, out, errors)
	}
}

func TestSecretCheckSaysWhatPeopleMayDo(t *testing.T) {
	for name, row := range map[string]struct {
		secret string
		status int
		want   string
	}{
		"two mini-programs": {staffSecret, 0, `well formed: wx0123456789abcdef (default), wxfedcba9876543210, 1 seal key, an index key
wx0123456789abcdef
  ways            password, phone: the login page offers these
  register        none: nobody becomes a user by themselves
  linkUnionId     false: who is bound only in another mini-program is not known here
  rebind          false: who has another WeChat gets in once the binding of the former one has been removed
  phoneTrustDays  60: a phone number logs its user in by itself for 60 days after WeChat has confirmed it
  acceptFrom      none: who registered in another mini-program is not let in by phone number or unionid
  prefetchKey     none: no request counts as WeChat's pre-fetch
  push            off: who withdraws a consent or closes their WeChat account is not heard of
wxfedcba9876543210
  ways            password, phone, register: the login page offers these
  register        ask, phone: who is no user becomes one by asking for it, and by a phone number that nobody has
  linkUnionId     true: who is bound in another mini-program is known here at once, by the unionid
  rebind          false: who has another WeChat gets in once the binding of the former one has been removed
  phoneTrustDays  60: a phone number logs its user in by itself for 60 days after WeChat has confirmed it
  acceptFrom      none: who registered in another mini-program is not let in by phone number or unionid
  prefetchKey     none: no request counts as WeChat's pre-fetch
  push            off: who withdraws a consent or closes their WeChat account is not heard of
`},
		"an unknown word":     {strings.Replace(staffSecret, `"ask"`, `"S3CRET"`, 1), 1, "wxbind: apps.wxfedcba9876543210: register[0] is none of ask, phone, launch\n"},
		"an index key needed": {lostIndexKey, 1, "wxbind: apps.wxfedcba9876543210: register phone needs the indexKey, which is missing\n"},
	} {
		t.Run(name, func(t *testing.T) {
			secretStack(t, row.secret)
			if status, out, errors := onStack(t, "", "secret check"); status != row.status || out+errors != row.want {
				t.Errorf("status %d: %s%s", status, out, errors)
			}
		})
	}
}
