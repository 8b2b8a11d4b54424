package functions_test

import (
	"strings"
	"testing"
	"time"
)

// measureJunk sends made-up codes from one address, one after another. It returns how many a second are answered
// while WeChat is asked about them, and how many once the address has used up its places: see docs/limits.md.
func measureJunk(b *testing.B, n int) (asked, refused float64) {
	b.Helper()
	c := newCloud(b)
	u := &upstreams{TB: b}
	c.settings["WECHAT_API_BASE"] = u.before(c.settings["WECHAT_API_BASE"], weChatTime, u.countWeChat)
	p := c.start("checkbind")
	defer p.Stop()
	times := map[string][]time.Duration{}
	const toWeChat, toNobody = "wx_code_invalid", "too_many_codes"
	for len(times[toNobody]) < n {
		began := time.Now()
		out, err := c.output(p, checkBind("err40029-x"))
		took := time.Since(began)
		if err != nil {
			b.Fatal(err)
		}
		for _, outcome := range []string{toWeChat, toNobody} {
			if strings.Contains(string(out), outcome) {
				times[outcome] = append(times[outcome], took)
			}
		}
	}
	if calls := u.take().weChat; calls != len(times[toWeChat]) {
		b.Errorf("WeChat is asked %d times about %d codes", calls, len(times[toWeChat]))
	}
	return perSecond(times[toWeChat]), perSecond(times[toNobody])
}

func perSecond(times []time.Duration) float64 {
	return 1 / median(times).Seconds()
}
