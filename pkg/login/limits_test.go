package login

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// docs/limits.md states the limits that the code has.
func TestLimitsAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/limits.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	policies := map[string]policy{"identity": identityPolicy, "address": addressPolicy, "account": accountPolicy, "pair": pairPolicy}
	rows := map[string][]string{}
	for line := range strings.Lines(page) {
		if name := regexp.MustCompile("^\\| [`*]*(identity|address|account|pair)\\b").FindStringSubmatch(line); name != nil {
			rows[name[1]] = strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		}
	}
	for name, p := range policies {
		cells := rows[name]
		if len(cells) != 5 {
			t.Errorf("%s: the row is %q", name, cells)
			continue
		}
		want := []string{strconv.Itoa(p.free), inWords(p.window), inWords(p.first), inWords(p.longest)}
		if name == "account" { // nobody waits for an account: see guessing.go
			want = want[:2]
		}
		for i, want := range want {
			if got := strings.TrimSpace(cells[i+1]); got != want {
				t.Errorf("%s, column %d: %q, want %q", name, i+2, got, want)
			}
		}
	}
	var doubling []string // the waits of an identity but for the first, which is 1 minute
	for n := identityPolicy.free + 1; n <= identityPolicy.most(); n++ {
		doubling = append(doubling, strconv.Itoa(int(identityPolicy.after(n)/time.Minute)))
	}
	for _, want := range []string{
		strings.Join(doubling, ", "),
		fmt.Sprintf("`Retry-After: %d`", int(heldRetry/time.Second)),
		inWords(holdTime),
	} {
		if !strings.Contains(strings.ReplaceAll(page, "\n", " "), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

// inWords is a duration in the largest unit of which it is a whole number: "24 hours",
// "1 minute", "30 seconds".
func inWords(d time.Duration) string {
	for _, unit := range []struct {
		name string
		of   time.Duration
	}{{"hour", time.Hour}, {"minute", time.Minute}, {"second", time.Second}} {
		switch n := d / unit.of; {
		case d%unit.of != 0:
		case n == 1:
			return "1 " + unit.name
		case n > 1:
			return fmt.Sprintf("%d %ss", n, unit.name)
		}
	}
	return d.String()
}
