package secrets_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/secrets"
)

const prefetchKey = "S3CRETp_-0123456789ABCDEFGH"

// policySecret has an index key and a policy with every setting.
var policySecret = withIndexKey(strings.Replace(longSecret, `"`+appID+`":{`,
	`"`+appID+`":{"register":["ask","phone","launch"],"linkUnionId":true,"rebind":true,"phoneTrustDays":30,"acceptFrom":["`+appID2+`"],`, 1))

// withIndexKey adds an index key to a secret.
func withIndexKey(raw string) string {
	return strings.Replace(raw, "{", `{"indexKey":"`+indexKey+`",`, 1)
}

// withPolicy is longSecret with an index key and a policy of appID.
func withPolicy(t *testing.T, policy string) string {
	t.Helper()
	return withIndexKey(swap(t, longSecret, `"`+appID+`":{`, `"`+appID+`":{`+policy+`,`))
}

func TestParsePolicy(t *testing.T) {
	const day = 24 * time.Hour
	for name, row := range map[string]struct {
		policy string
		want   login.Policy
	}{
		"nothing said": {`"owner":"ops"`, login.Policy{PhoneTrust: 60 * day}},
		"everything": {`"register":["ask","phone","launch"],"linkUnionId":true,"rebind":true,"phoneTrustDays":30,"acceptFrom":["` + appID2 + `"]`,
			login.Policy{
				Register:    []login.Registration{login.RegisterAsk, login.RegisterPhone, login.RegisterLaunch},
				LinkUnionID: true, Rebind: true, PhoneTrust: 30 * day, AcceptFrom: []string{appID2},
			}},
		"nothing allowed": {`"register":[],"linkUnionId":false,"rebind":false,"phoneTrustDays":0,"acceptFrom":[]`,
			login.Policy{Register: []login.Registration{}, AcceptFrom: []string{}}},
		"a number for ten years": {`"phoneTrustDays":3650`, login.Policy{PhoneTrust: 3650 * day}},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := secrets.Parse([]byte(withPolicy(t, row.policy)))
			if err != nil {
				t.Fatal(err)
			}
			if got := s.Apps[appID].Policy; !reflect.DeepEqual(got, row.want) {
				t.Errorf("got %+v, want %+v", got, row.want)
			}
			if got := s.Apps[appID2]; !reflect.DeepEqual(got, app(appID2, appSecret+"2")) {
				t.Errorf("the other mini-program is %+v", got)
			}
			if s.IndexKey != indexKey {
				t.Error("the index key is another")
			}
		})
	}
}

// Errors name the mini-program and the setting, and quote nothing: what is no word of a policy may be a secret in the wrong
// place.
func TestParseRefusesPolicies(t *testing.T) {
	for policy, want := range map[string]string{
		`"register":["phone","S3CRET"]`:                        "register[1] is none of ask, phone, launch",
		`"register":["Ask"]`:                                   "register[0] is none of ask, phone, launch",
		`"register":[""]`:                                      "register[0] is none of ask, phone, launch",
		`"register":["none"]`:                                  "register[0] is none of ask, phone, launch",
		`"register":["ask","ask"]`:                             "register[1] is given twice",
		`"register":"ask"`:                                     "register must be a list of strings",
		`"register":null`:                                      "register must be a list of strings",
		`"register":[null]`:                                    "register[0] is none of ask, phone, launch",
		`"register":[1]`:                                       "register must be a list of strings",
		`"register":{"ask":true}`:                              "register must be a list of strings",
		`"linkUnionId":"true"`:                                 "linkUnionId must be true or false",
		`"linkUnionId":null`:                                   "linkUnionId must be true or false",
		`"rebind":1`:                                           "rebind must be true or false",
		`"phoneTrustDays":-1`:                                  "phoneTrustDays must be a whole number from 0 to 3650",
		`"phoneTrustDays":3651`:                                "phoneTrustDays must be a whole number from 0 to 3650",
		`"phoneTrustDays":1e99`:                                "phoneTrustDays must be a whole number from 0 to 3650",
		`"phoneTrustDays":99999999999999999999999`:             "phoneTrustDays must be a whole number from 0 to 3650",
		`"phoneTrustDays":30.5`:                                "phoneTrustDays must be a whole number from 0 to 3650",
		`"phoneTrustDays":"60"`:                                "phoneTrustDays must be a whole number from 0 to 3650",
		`"phoneTrustDays":null`:                                "phoneTrustDays must be a whole number from 0 to 3650",
		`"phoneTrustDays":false`:                               "phoneTrustDays must be a whole number from 0 to 3650",
		`"acceptFrom":["` + appID + `"]`:                       "acceptFrom[0] is the mini-program itself",
		`"acceptFrom":["S3CRET"]`:                              "acceptFrom[0] is not one of apps",
		`"acceptFrom":["` + appID2 + `","` + appID2 + `"]`:     "acceptFrom[1] is given twice",
		`"acceptFrom":"` + appID2 + `"`:                        "acceptFrom must be a list of strings",
		`"acceptFrom":null`:                                    "acceptFrom must be a list of strings",
		`"linkUnionID":true`:                                   "linkUnionId is misspelled: names are case-sensitive",
		`"phoneTrustDay":0`:                                    "phoneTrustDays is misspelled: names are case-sensitive",
		`"registers":["ask"]`:                                  "register is misspelled: names are case-sensitive",
		`"phone_trust_days":0`:                                 "phoneTrustDays is misspelled: names are case-sensitive",
		`"Accept-From":[]`:                                     "acceptFrom is misspelled: names are case-sensitive",
		`"prefetchKey":"S3CRET"`:                               "prefetchKey must be 22 to 128 of A-Z a-z 0-9 _ -",
		`"prefetchKey":"` + prefetchKey[:21] + `"`:             "prefetchKey must be 22 to 128 of A-Z a-z 0-9 _ -",
		`"prefetchKey":"` + strings.Repeat("k", 129) + `"`:     "prefetchKey must be 22 to 128 of A-Z a-z 0-9 _ -",
		`"prefetchKey":"` + prefetchKey + `&x=1"`:              "prefetchKey must be 22 to 128 of A-Z a-z 0-9 _ -",
		`"prefetchKey":"` + prefetchKey + `密"`:                 "prefetchKey must be 22 to 128 of A-Z a-z 0-9 _ -",
		`"prefetchKey":"` + appSecret + `"`:                    "prefetchKey is the appSecret, and would stand in an address",
		`"prefetchKey":""`:                                     "prefetchKey is empty",
		`"prefetchKey":null`:                                   "prefetchKey is not a string",
		`"prefetchKey":["` + prefetchKey + `"]`:                "prefetchKey is not a string",
		`"prefetchKey":"REPLACE_ME"`:                           "prefetchKey is still the placeholder REPLACE_ME: put the real value into the secret",
		`"prefetchkey":"` + prefetchKey + `"`:                  "prefetchKey is misspelled: names are case-sensitive",
		`"preFetchKey":"` + prefetchKey + `"`:                  "prefetchKey is misspelled: names are case-sensitive",
		`"acceptFrom":["` + strings.Repeat(`x","`, 50) + `y"]`: "acceptFrom has more than 50 mini-programs",
	} {
		t.Run(policy, func(t *testing.T) {
			s, err := secrets.Parse([]byte(withPolicy(t, policy)))
			if want := "apps." + appID + ": " + want; s != nil || err == nil || err.Error() != want {
				t.Errorf("Parse = %v, %v; want %s", s, err, want)
			}
		})
	}
	for name, row := range map[string]struct{ raw, want string }{
		"a setting twice":            {withPolicy(t, `"register":[],"register":["ask"]`), "apps." + appID + " has a duplicate field"},
		"a policy at the top":        {withIndexKey(swap(t, longSecret, "{\"default", `{"register":["ask"],"default`)), "register belongs into the entry of a mini-program, in the secret's long form: `wxbind secret app set` puts it there"},
		"in the short form":          {swap(t, shortSecret, "{", `{"rebind":true,`), "rebind belongs into the entry of a mini-program, in the secret's long form: `wxbind secret app set` puts it there"},
		"an AppSecret as the app":    {withIndexKey(swap(t, longSecret, `"`+appID+`":{`, `"`+appSecret+`":{"register":["S3CRET"],`)), "an app of apps: register[0] is none of ask, phone, launch"},
		"a pre-fetch key at the top": {swap(t, shortSecret, "{", `{"prefetchKey":"`+prefetchKey+`",`), "prefetchKey belongs into the entry of a mini-program, in the secret's long form: `wxbind secret app set` puts it there"},
		"a short index key":          {swap(t, withIndexKey(shortSecret), indexKey, "S3CRETi"), "indexKey must be at least 43 random characters"},
		"an empty index key":         {swap(t, withIndexKey(shortSecret), indexKey, ""), "indexKey is empty"},
		"an index key of null":       {swap(t, withIndexKey(shortSecret), `"`+indexKey+`"`, "null"), "indexKey is not a string"},
		"an index key to fill in":    {swap(t, withIndexKey(longSecret), indexKey, "REPLACE_ME"), "indexKey is still the placeholder REPLACE_ME: put the real value into the secret"},
		"an index key misspelled":    {swap(t, withIndexKey(longSecret), "indexKey", "index_key"), "indexKey is misspelled: names are case-sensitive"},
		"phone without index key":    {swap(t, withPolicy(t, `"register":["ask","phone"]`), "indexKey", "none"), "apps." + appID + ": register phone needs the indexKey, which is missing"},
		"launch without one":         {swap(t, withPolicy(t, `"register":["launch"]`), "indexKey", "none"), "apps." + appID + ": register launch needs the indexKey, which is missing"},
		"unionid without one":        {swap(t, withPolicy(t, `"linkUnionId":true`), "indexKey", "none"), "apps." + appID + ": linkUnionId needs the indexKey, which is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			if s, err := secrets.Parse([]byte(row.raw)); s != nil || err == nil || err.Error() != row.want {
				t.Errorf("Parse = %v, %v; want %s", s, err, row.want)
			}
		})
	}
}

// What is found by nothing needs no index key, so that a secret from before there was one still works.
func TestPoliciesWithoutAnIndexKey(t *testing.T) {
	raw := swap(t, withPolicy(t, `"register":["ask"],"rebind":true,"acceptFrom":["`+appID2+`"],"phoneTrustDays":60`), "indexKey", "none")
	if _, err := secrets.Parse([]byte(raw)); err != nil {
		t.Error(err)
	}
}

func TestDraftChangesPolicies(t *testing.T) {
	yes, no, days := true, false, 0
	register, accept := []login.Registration{login.RegisterPhone}, []string{appID2}
	everything := secrets.PolicyChange{Register: &register, LinkUnionID: &yes, Rebind: &yes, PhoneTrustDays: &days, AcceptFrom: &accept}
	all := login.Policy{Register: register, LinkUnionID: true, Rebind: true, AcceptFrom: accept}
	const whole = `"register":["phone"],"linkUnionId":true,"rebind":true,"phoneTrustDays":0,"acceptFrom":["` + appID2 + `"],"owner":"ops"`
	for name, row := range map[string]struct {
		policy string
		change secrets.PolicyChange
		want   login.Policy
	}{
		"everything":          {`"owner":"ops"`, everything, all},
		"nothing":             {whole, secrets.PolicyChange{}, all},
		"one thing of many":   {whole, secrets.PolicyChange{Rebind: &no}, login.Policy{Register: register, LinkUnionID: true, AcceptFrom: accept}},
		"what is wrong there": {`"register":["S3CRET"]`, secrets.PolicyChange{Register: &register}, login.Policy{Register: register, PhoneTrust: login.DefaultPhoneTrust}},
	} {
		t.Run(name, func(t *testing.T) {
			s, out, err := change(t, withPolicy(t, row.policy), func(d *secrets.Draft) {
				if err := d.ChangePolicy(appID, row.change); err != nil {
					t.Error(err)
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := s.Apps[appID].Policy; !reflect.DeepEqual(got, row.want) {
				t.Errorf("got %+v, want %+v", got, row.want)
			}
			if strings.Contains(row.policy, "owner") && !strings.Contains(out, `"owner":"ops"`) || s.Apps[appID].Secret != appSecret {
				t.Errorf("the rest is lost: %s", out)
			}
		})
	}
	d, err := secrets.ReadDraft([]byte(longSecret))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.ChangePolicy("wx1", everything); err != secrets.ErrNoSuchApp { //nolint:errorlint // it says so
		t.Errorf("an unknown mini-program: %v", err)
	}
}

// The key by which the pre-fetch is known belongs to one mini-program.
func TestPrefetchKeys(t *testing.T) {
	for _, key := range []string{prefetchKey, prefetchKey[:22], strings.Repeat("k", 128), strings.Repeat("_-", 11)} {
		s, err := secrets.Parse([]byte(withPolicy(t, `"prefetchKey":"`+key+`"`)))
		if err != nil || string(s.Apps[appID].PrefetchKey) != key || s.Apps[appID2].PrefetchKey != "" {
			t.Errorf("%s: %v, %v", key, s, err)
		}
	}
	for name, row := range map[string]struct {
		before string
		key    login.Hidden
	}{
		"the first":           {`"owner":"ops"`, prefetchKey},
		"another":             {`"owner":"ops","prefetchKey":"` + strings.Repeat("k", 22) + `"`, prefetchKey},
		"in place of a fault": {`"owner":"ops","prefetchKey":null`, prefetchKey},
		"none any more":       {`"owner":"ops","prefetchKey":"` + prefetchKey + `"`, ""},
		"none as before":      {`"owner":"ops"`, ""},
	} {
		s, out, err := change(t, withPolicy(t, row.before), func(d *secrets.Draft) {
			if err := d.SetPrefetchKey(appID, row.key); err != nil {
				t.Error(err)
			}
		})
		if err != nil || s.Apps[appID].PrefetchKey != row.key || s.Apps[appID].Secret != appSecret || !strings.Contains(out, `"owner":"ops"`) {
			t.Errorf("%s: %s, %v", name, out, err)
		}
		if had := strings.Contains(out, "prefetchKey"); had != (row.key != "") {
			t.Errorf("%s: %s", name, out)
		}
	}
	d, err := secrets.ReadDraft([]byte(longSecret))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.SetPrefetchKey("wx1", prefetchKey); err != secrets.ErrNoSuchApp { //nolint:errorlint // it says so
		t.Errorf("an unknown mini-program: %v", err)
	}
}

func TestLacksIndexKey(t *testing.T) {
	for name, row := range map[string]struct {
		raw  string
		want bool
	}{
		"a new secret":             {shortSecret, false},
		"needed and there":         {withPolicy(t, `"linkUnionId":true`), false},
		"needed and gone":          {swap(t, withPolicy(t, `"linkUnionId":true`), "indexKey", "none"), true},
		"gone, and not needed":     {swap(t, withPolicy(t, `"register":["ask"]`), "indexKey", "none"), false},
		"damaged, so it was there": {swap(t, withPolicy(t, `"linkUnionId":true`), `"`+indexKey+`"`, "null"), false},
	} {
		if d, err := secrets.ReadDraft([]byte(row.raw)); err != nil || d.LacksIndexKey() != row.want {
			t.Errorf("%s: %v, want %v", name, err, row.want)
		}
	}
}
