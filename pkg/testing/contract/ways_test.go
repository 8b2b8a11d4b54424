package contract_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/doctor"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/secrets"
)

const waysPage = "docs/ways.md"

// docs/ways.md lists every setting of a policy with its words, and its example is one that can be entered.
func TestPoliciesAreDocumented(t *testing.T) {
	const appID, appID2, key = "wx0123456789abcdef", "wxfedcba9876543210", "0123456789012345678901234567890123456789012"
	example := regexp.MustCompile("(?s)```json\n(.*?)```").FindStringSubmatch(string(read(t, waysPage)))
	if example == nil {
		t.Fatal("there is no example")
	}
	secret, err := secrets.Parse(fmt.Appendf(nil, `{"defaultApp":%q,"apps":{%q:%s,%q:{"appSecret":"x"}},"sealKeys":[{"id":"0","key":%q}],"indexKey":%q}`,
		appID, appID, example[1], appID2, key, key))
	if err != nil {
		t.Fatalf("the example: %v", err)
	}
	rows := tableOf(t, waysPage, regexp.MustCompile("`register`"))
	for i, line := range doctor.DescribePolicy(secret, secret.Apps[appID])[1:] { // the first is no setting
		if i >= len(rows) || strings.TrimSpace(rows[i][0]) != "`"+line.Name+"`" {
			t.Fatalf("setting %d is not %s: %v", i, line.Name, rows)
		}
		if !strings.Contains(example[1], `"`+line.Name+`"`) {
			t.Errorf("the example has no %s", line.Name)
		}
	}
	var words []string
	for _, word := range login.Registrations() {
		words = append(words, string(word))
	}
	if got := namesIn(rows[0][1]); !slices.Equal(got, words) {
		t.Errorf("register may be %v, want %v", got, words)
	}
}

// The page's table of ways is in the order in which a page offers them.
func TestWaysAreDocumented(t *testing.T) {
	app := login.App{ID: "wx1", Policy: login.Policy{Register: login.Registrations(), PhoneTrust: login.DefaultPhoneTrust}}
	var want, got []string
	for _, way := range (&login.Secret{IndexKey: "x"}).Ways(app) {
		want = append(want, string(way))
	}
	for _, row := range tableOf(t, waysPage, regexp.MustCompile("`password`")) {
		got = append(got, namesIn(row[0])...)
	}
	if !slices.Equal(got, want) {
		t.Errorf("it lists %v, want %v", got, want)
	}
}
