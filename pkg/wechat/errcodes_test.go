package wechat_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/wechat"
)

// Noon in Beijing: the quota's day has 12 hours left.
var noon = time.Date(2026, 5, 6, 12, 0, 0, 0, time.FixedZone("UTC+8", 8*60*60))

func TestErrcodes(t *testing.T) {
	for _, row := range []struct {
		errcode  int
		code     login.Code
		kind     login.Kind
		action   login.Action
		severity login.Severity
		retry    time.Duration
	}{
		{-1, login.WXBusy, login.KindUnavailable, login.ActionRetry, login.SeverityCount, time.Second},
		{40029, login.WXCodeInvalid, login.KindDecision, login.ActionRelogin, login.SeverityNone, 0},
		{40163, login.WXCodeUsed, login.KindDecision, login.ActionRelogin, login.SeverityNone, 0},
		{45011, login.WXThrottled, login.KindThrottled, login.ActionWait, login.SeverityCount, time.Minute},
		{40226, login.WXUserBlocked, login.KindDecision, login.ActionNone, login.SeverityCount, 0},
		{50002, login.WXUserLimited, login.KindDecision, login.ActionNone, login.SeverityCount, 0},
		{40013, login.WXAppRejected, login.KindInternal, login.ActionFix, login.SeverityAlarm, 0},
		{41002, login.WXAppRejected, login.KindInternal, login.ActionFix, login.SeverityAlarm, 0},
		// Not fix, as for the next two: the secret is refetched, and the next login may succeed.
		{40125, login.WXSecretRejected, login.KindUnavailable, login.ActionRetry, login.SeverityAlarm, 2 * time.Second},
		{41004, login.WXSecretUnusable, login.KindInternal, login.ActionFix, login.SeverityAlarm, 0},
		{40243, login.WXSecretUnusable, login.KindInternal, login.ActionFix, login.SeverityAlarm, 0},
		{41008, login.WXRequestInvalid, login.KindInternal, login.ActionFix, login.SeverityAlarm, 0},
		{40164, login.WXAddressBlocked, login.KindInternal, login.ActionFix, login.SeverityAlarm, 0},
		{45009, login.WXQuotaSpent, login.KindUnavailable, login.ActionWait, login.SeverityAlarm, time.Hour},
		{99999, login.WXUnexpected, login.KindUnavailable, login.ActionRetry, login.SeverityAlarm, time.Second},
	} {
		t.Run(fmt.Sprint(row.errcode), func(t *testing.T) {
			w := start(t)
			_, err := w.client(t, func() time.Time { return noon }).Code2Session(t.Context(), app, fmt.Sprintf("err%d-x", row.errcode))
			got, cause := failure(t, err)
			if got.Code != row.code || got.RetryAfter != row.retry {
				t.Errorf("means %s after %v, want %s after %v", got.Code, got.RetryAfter, row.code, row.retry)
			}
			if c := got.Code; c.Kind() != row.kind || c.Action() != row.action || c.Severity() != row.severity {
				t.Errorf("%s is %v, %v, %v", c, c.Kind(), c.Action(), c.Severity())
			}
			if cause.Errcode != row.errcode || len(cause.RID) != len("61725984-6126f6f9-040f19c4") {
				t.Errorf("the log gets %v", cause)
			}
		})
	}
}

func TestQuotaIsSpentUntilMidnightInBeijing(t *testing.T) {
	for _, row := range []struct {
		name string
		now  time.Time
		want time.Duration
	}{
		{"long before", noon, time.Hour},
		{"just before", noon.Add(11*time.Hour + 50*time.Minute), 10 * time.Minute},
		{"just before, by a clock in UTC", noon.Add(11*time.Hour + 50*time.Minute).UTC(), 10 * time.Minute},
		{"just after", noon.Add(12 * time.Hour), time.Hour},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := start(t).client(t, func() time.Time { return row.now }).Code2Session(t.Context(), app, "err45009-x")
			if got, _ := failure(t, err); got.RetryAfter != row.want {
				t.Errorf("retry after %v, want %v", got.RetryAfter, row.want)
			}
		})
	}
}

func TestKnownErrcodes(t *testing.T) {
	for errcode, want := range map[int]bool{-1: true, 40029: true, 89507: true, 48001: true, 40230: true, 40240: true, 40241: false, 0: false, -2: false, 424242: false} {
		if got := wechat.KnownErrcode(errcode); got != want {
			t.Errorf("%d: %v", errcode, got)
		}
	}
}
