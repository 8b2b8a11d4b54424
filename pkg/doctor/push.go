package doctor

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

// describePush says what a mini-program does about what WeChat pushes.
func describePush(p login.PushSettings) (value, says string) {
	switch {
	case p.Token == "":
		return "off", "who withdraws a consent or closes their WeChat account is not heard of"
	case p.EncodingAESKey == "":
		return "plain", "what WeChat pushes proves nothing, so it is only noted"
	}
	says = map[login.Closed]string{
		login.ClosedRegistered: "who has registered, and closes their last WeChat account, is deleted; others lose the binding",
		login.ClosedAll:        "who closes their last WeChat account is deleted",
		login.ClosedNone:       "who closes their WeChat account loses the binding only",
	}[cmp.Or(p.Closed, login.ClosedRegistered)]
	return string(cmp.Or(p.Closed, login.ClosedRegistered)), says
}

// plainPushes finds the mini-programs for which WeChat's pushes prove nothing.
func plainPushes(s *login.Secret) []Finding {
	ids := pushing(s, func(p login.PushSettings) bool { return p.Token != "" && p.EncodingAESKey == "" })
	if ids == "" {
		return nil
	}
	return []Finding{warn("pushes", "WeChat pushes in plain mode, which proves nothing, so nothing is deleted: "+ids,
		"choose the secure mode in WeChat's console, with what `wxbind secret app set APPID --new-push` prints")}
}

// noPushes finds the mini-programs for which nobody hears of what people withdraw.
func noPushes(s *login.Secret) []Finding {
	ids := pushing(s, func(p login.PushSettings) bool { return p.Token == "" })
	if ids == "" {
		return nil
	}
	return []Finding{warn("pushes", "WeChat cannot tell when somebody withdraws a consent or closes their WeChat account, so nothing is deleted then: "+ids,
		"set up the pushes, see docs/pushes.md: `wxbind secret app set APPID --new-push`")}
}

// pushing lists the mini-programs with such settings.
func pushing(s *login.Secret, has func(login.PushSettings) bool) string {
	var ids []string
	for _, id := range slices.Sorted(maps.Keys(s.Apps)) {
		if has(s.Apps[id].Push) {
			ids = append(ids, id)
		}
	}
	return strings.Join(ids, ", ")
}
