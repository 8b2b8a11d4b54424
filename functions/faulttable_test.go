package functions_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/events"
)

var (
	printFaults = flag.Bool("print-faults", false, "TestFaults prints its table")
	writeFaults = flag.Bool("write-faults", false, "TestFaults writes its table into docs/reliability.md")
)

const (
	reliability = "../docs/reliability.md"
	tableBegins = "<!-- The table begins. Each run of the tests is compared with it. -->\n"
	tableEnds   = "<!-- The table ends. -->\n"
)

// tableOf writes one row for all routes that behave alike under a fault. Each pair is in
// exactly one row.
func tableOf(all []fault, results [][]result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d faults, %d routes with the authorizer, %d pairs.\n\n", len(all), len(calls), len(all)*len(calls))
	b.WriteString("| fault | routes | answer | done | next request |\n|---|---|---|---|---|\n")
	for i, f := range all {
		var order []string
		routes := map[string][]string{}
		for j, c := range calls {
			line := results[i][j].columns(c)
			if routes[line] == nil {
				order = append(order, line)
			}
			routes[line] = append(routes[line], c.shortName())
		}
		for _, line := range order {
			fmt.Fprintf(&b, "| %s | %s | %s |\n", f.name, strings.Join(routes[line], ", "), line)
		}
	}
	return b.String()
}

// columns returns the columns of a result in the table.
func (r result) columns(c call) string {
	switch {
	case r.met.code == "":
		return "success | as asked, once | as after any success"
	case r.made == change{}:
		return fmt.Sprintf("%s | nothing | %s", r.met, r.next)
	case r.made == c.makes:
		return fmt.Sprintf("%s | as asked, once | %s", r.met, r.next)
	}
	return fmt.Sprintf("%s | the other sessions ended | %s", r.met, r.next)
}

// String describes the answer. The authorizer's is not an HTTP response, so it has its own words.
func (o outcome) String() string {
	switch {
	case o.code == "":
		return "success"
	case o.status == 0:
		return fmt.Sprintf("fails, `%s`", o.code)
	}
	return fmt.Sprintf("%d `%s`", o.status, o.code)
}

// shortName is the end of the route's path, with the method if that is needed.
func (c call) shortName() string {
	switch c.key {
	case events.Authorizer:
		return c.key
	case "GET /mobileApi/user/sessions":
		return "sessions"
	case "DELETE /mobileApi/user/sessions/{id}":
		return "sessions/{id}"
	case "GET /wechat/events/{appId}", "POST /wechat/events/{appId}":
		return strings.Replace(c.key, "/wechat/", "", 1)
	}
	return c.key[strings.LastIndex(c.key, "/")+1:]
}

// keepTable compares the table with the one in the docs, or writes it there.
func keepTable(t *testing.T, table string) {
	if *printFaults {
		fmt.Print(table)
	}
	page, err := os.ReadFile(reliability)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, begins := strings.Cut(string(page), tableBegins)
	kept, tail, ends := strings.Cut(rest, tableEnds)
	switch {
	case !begins || !ends:
		t.Fatalf("%s has no place for the table", reliability)
	case kept == table:
	case *writeFaults:
		if err := os.WriteFile(reliability, []byte(head+tableBegins+table+tableEnds+tail), 0o600); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s has another table. After a look at the difference: cd functions && go test -run '^TestFaults$' -write-faults\nThis run's:\n%s", reliability, table)
	}
}
