package main

import (
	"cmp"
	"context"

	"github.com/wxbind/wxbind/pkg/doctor"
)

type doctorCmd struct {
	storeFlags
	asJSON
}

// Run makes all checks and reports them. It fails if a check does.
func (c doctorCmd) Run(ctx context.Context, t console) error {
	examine := c.examineData
	if c.Stack != "" {
		examine = c.examineStack
	}
	report := doctor.Run(ctx, examine(ctx))
	if ctx.Err() != nil {
		return errInterrupted
	}
	for i, f := range report {
		report[i].Says, report[i].Do = foreign(plainlySaid(f.Says, f.Cause)), foreign(f.Do)
	}
	failures := doctor.Failed(report)
	if err := c.print(t, report, failures); err != nil {
		return err
	}
	if failures > 0 {
		return errorf("%d of %d checks failed", failures, len(report))
	}
	return nil
}

// ofCheck is how a check is called or ended, in the language of its reader.
func ofCheck(text string) string { return cmp.Or(translate(text, heardOfChecks), text) }

// print writes a line per check, and below it what to do.
func (c doctorCmd) print(t console, report []doctor.Finding, failures int) error {
	if c.JSON {
		return printJSON(t, struct {
			Checks []doctor.Finding `json:"checks"`
			Failed int              `json:"failed"`
		}{report, failures})
	}
	lines := newTable(t.out)
	for _, f := range report {
		lines.add(ofCheck(string(f.Status)), ofCheck(f.Check), f.Says)
		if f.Do != "" {
			lines.add("", "", "-> "+f.Do)
		}
	}
	return lines.print()
}
