package doctor_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/doctor"
)

// line is a finding as the rows of the tests write it.
func line(f doctor.Finding) string {
	text := string(f.Status) + " " + f.Check + ": " + f.Says
	if f.Do != "" {
		text += " -> " + f.Do
	}
	return text
}

// wantLines compares what checks find with what is expected of each line.
func wantLines(t *testing.T, checks []doctor.Check, want ...string) {
	t.Helper()
	var got []string
	for _, f := range doctor.Run(t.Context(), checks) {
		got = append(got, line(f))
		if f.Status != doctor.OK && f.Status != doctor.Skip && f.Do == "" {
			t.Errorf("it does not say what to do: %s", line(f))
		}
	}
	if len(got) != len(want) {
		t.Fatalf("got %d lines, want %d:\n%s", len(got), len(want), strings.Join(got, "\n"))
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("got  %s\nwant %s", got[i], want[i])
		}
		if strings.Contains(got[i], "S3CRET") || strings.Contains(got[i], "stable-token") {
			t.Errorf("a secret shows: %s", got[i])
		}
	}
}

func TestChecksRunAtOnceWithinTheirTimesAndInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		waits := func(name string, limit time.Duration) doctor.Check {
			return doctor.Check{Timeout: limit, Run: func(ctx context.Context) []doctor.Finding {
				<-ctx.Done()
				return []doctor.Finding{{Check: name, Status: doctor.Fail}}
			}}
		}
		begun := time.Now()
		found := doctor.Run(t.Context(), []doctor.Check{
			waits("slow", time.Minute), waits("by default", 0), doctor.Known(doctor.Finding{Check: "known", Status: doctor.OK}), waits("quick", time.Second),
		})
		if took := time.Since(begun); took != time.Minute {
			t.Errorf("it took %v, want a minute", took)
		}
		var names []string
		for _, f := range found {
			names = append(names, f.Check)
		}
		if got := strings.Join(names, ", "); got != "slow, by default, known, quick" {
			t.Errorf("the order is %s", got)
		}
		if n := doctor.Failed(found); n != 3 {
			t.Errorf("%d failed, want 3", n)
		}

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begun = time.Now()
		doctor.Run(ctx, []doctor.Check{waits("slow", time.Minute)})
		if took := time.Since(begun); took != time.Second {
			t.Errorf("an interrupt takes %v", took)
		}
	})
}
