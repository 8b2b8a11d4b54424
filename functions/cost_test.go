package functions_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/wxbind/wxbind/events"
)

// costRuns is how many requests of each kind are counted.
const costRuns = 100

// wholeProcessor is the memory in MB at which Lambda gives a function one whole processor.
// With less memory, the share is proportional.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
const wholeProcessor = 1769

// prices are AWS's list prices in one region at one date, for functions on arm64, on demand
// and beyond the free tier.
type prices struct {
	Region, Date, Currency                    string
	Sources                                   []string
	MillionReadUnits, MillionWriteUnits       float64
	MillionFunctionRequests, MillionGBSeconds float64
	MillionAPIRequests                        float64
	GBOfLogs                                  float64
}

func pricesOf(tb testing.TB) prices {
	tb.Helper()
	text, err := os.ReadFile("testdata/prices.json")
	if err != nil {
		tb.Fatal(err)
	}
	var p prices
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&p); err != nil {
		tb.Fatal(err)
	}
	return p
}

// memoryOf returns the memory in MB that template.yaml gives a function by default.
func memoryOf(tb testing.TB, function string) float64 {
	tb.Helper()
	template, err := os.ReadFile("../template.yaml")
	if err != nil {
		tb.Fatal(err)
	}
	parameter := map[string]string{"bind": "BindMemory", "bindphone": "BindMemory", "checkbind": "LoginMemory", events.Authorizer: "SessionMemory"}[function]
	found := regexp.MustCompile(`(?m)^  ` + parameter + `:\n(?:    .*\n)*?    Default: (\d+)$`).FindSubmatch(template)
	if found == nil {
		tb.Fatalf("template.yaml says no default for %q, the memory of %s", parameter, function)
	}
	mb, err := strconv.ParseFloat(string(found[1]), 64)
	if err != nil {
		tb.Fatal(err)
	}
	return mb
}

// `make cost` finds prices, and the memory of each function.
func TestCostKnowsPricesAndMemory(t *testing.T) {
	list := pricesOf(t)
	for _, price := range []float64{
		list.MillionReadUnits, list.MillionWriteUnits, list.MillionFunctionRequests,
		list.MillionGBSeconds, list.MillionAPIRequests, list.GBOfLogs,
	} {
		if price <= 0 {
			t.Errorf("a price is missing: %+v", list)
		}
	}
	if _, err := time.Parse("2006-01", list.Date); err != nil || list.Region == "" || len(list.Sources) == 0 {
		t.Errorf("the prices have no date, region or source: %+v", list)
	}
	for _, function := range []string{"bind", "bindphone", "checkbind", events.Authorizer} {
		if mb := memoryOf(t, function); mb < 128 {
			t.Errorf("%s has %v MB", function, mb)
		}
	}
}

// BenchmarkCost counts what a request of each kind uses, and computes what a million of
// them cost. Each call to WeChat takes 50 ms and each call to DynamoDB 5 ms.
func BenchmarkCost(b *testing.B) {
	list := pricesOf(b)
	for b.Loop() {
		table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintf(table, "\na request\tWeChat calls\tDynamoDB calls\tread units\twrite units\tbilled\tmemory\tlogs\t%s a million\tof it DynamoDB\tLambda\tAPI\tlogs\n", list.Currency)
		byName := map[string]*measured{}
		for _, m := range measureRequests(b, costRuns) {
			byName[m.name] = m
			c := list.of(m, memoryOf(b, m.function))
			fmt.Fprintf(table, "%s\t%.1f\t%.1f\t%.1f\t%.1f\t%.0f ms\t%.0f MB\t%d B\t%.2f\t%.2f\t%.2f\t%.2f\t%.2f\n", m.name,
				m.each(float64(m.weChat)), m.each(float64(m.dynamoDB)), m.each(m.reads), m.each(m.writes),
				c.billed, c.memory, m.logged, c.store+c.compute+c.api+c.logs, c.store, c.compute, c.api, c.logs)
		}
		table.Flush()
		list.printMemory("LoginMemory", byName["checkBind, bound"], 128, 256, 512, 768, 1024, wholeProcessor)
		list.printMemory("BindMemory", byName["bind"], 256, 512, 768, 1024, 1536, wholeProcessor)
		fmt.Printf("prices of %s, %s: functions/testdata/prices.json\n", list.Region, list.Date)
	}
}

// cost is what a million requests of one kind cost, and what it depends on.
type cost struct {
	// billed is the mean time of a request in milliseconds, each rounded up, as Lambda
	// bills it: as measured, and longer by what the memory lacks to a whole processor.
	billed float64
	// memory is in MB.
	memory                    float64
	store, compute, api, logs float64
}

// of returns the cost of measured requests in a function with this memory, in MB.
func (p prices) of(m *measured, memory float64) cost {
	c := cost{memory: memory}
	for _, wall := range m.with(memory) {
		c.billed += m.each(math.Ceil(float64(wall) / float64(time.Millisecond)))
	}
	c.store = m.each(m.reads)*p.MillionReadUnits + m.each(m.writes)*p.MillionWriteUnits
	c.compute = p.MillionFunctionRequests + c.billed/1000*c.memory/1024*p.MillionGBSeconds
	if m.function != events.Authorizer { // the request that it judges is the platform's
		c.api = p.MillionAPIRequests
	}
	c.logs = float64(m.logged) * 1e6 / 1e9 * p.GBOfLogs
	return c
}

// with returns what the times of the requests are with this memory, in MB: longer by what it lacks to a whole processor.
// That is the most it can be. Lambda grants the share in short periods, and what a process leaves of one while it waits
// for others makes up for what it lacks afterwards.
func (m *measured) with(memory float64) (walls []time.Duration) {
	slower := time.Duration(m.each(float64(m.cpu)) * max(0, wholeProcessor/memory-1))
	for _, wall := range m.walls {
		walls = append(walls, wall+slower)
	}
	return walls
}

// printMemory prints what a parameter of template.yaml decides: how long a request takes with how many MB of memory, and
// what Lambda charges for it.
func (p prices) printMemory(parameter string, m *measured, sizes ...float64) {
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "\n%s: %s\tshare of a processor\tits CPU time becomes\tp50\tp99\tbilled\tLambda, %s a million\n", parameter, m.name, p.Currency)
	for _, memory := range sizes {
		c, share, walls := p.of(m, memory), memory/wholeProcessor, m.with(memory)
		fmt.Fprintf(table, "%.0f MB\t%.0f %%\t%s\t%s\t%s\t%.0f ms\t%.2f\n", memory, 100*share,
			milliseconds(time.Duration(m.each(float64(m.cpu))/share)), milliseconds(median(walls)), milliseconds(percentile(walls, 99)), c.billed, c.compute)
	}
	table.Flush()
	fmt.Printf("the most memory that the process had: %.0f MB\n", float64(m.peak)/1e6)
}
