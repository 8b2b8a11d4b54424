package events

import (
	"encoding/json"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// Phone is the number behind the phone codes phone-13800138000-1, phone-13800138000-2, …, which anybody may have.
const Phone = "+8613800138000"

// IndexKey is that of the scene's secret.
const IndexKey = "only-for-events-0123456789-0123456789-0123456789"

// Policies are the mini-programs of the scene, and what they let people do.
func Policies() map[string]login.Policy {
	return map[string]login.Policy{
		// For customers: whoever asks or shows a phone number becomes a user, and a new WeChat may take the former one's place.
		AppID: {
			Register:   []login.Registration{login.RegisterAsk, login.RegisterPhone},
			Rebind:     true,
			PhoneTrust: login.DefaultPhoneTrust,
		},
		// For the staff, whom an administrator adds.
		StaffAppID: {PhoneTrust: login.DefaultPhoneTrust},
		// Knows the customers by their unionid, makes a user of everybody else, and looks at no phone number.
		LaunchAppID: {
			Register:    []login.Registration{login.RegisterLaunch},
			LinkUnionID: true,
			AcceptFrom:  []string{AppID},
		},
	}
}

// prefetchKeys are the keys of WeChat's pre-fetch, by appid.
var prefetchKeys = map[string]login.Hidden{AppID: PrefetchKey}

// Secret is the operator's secret of the scene.
func Secret(appSecret, sealKey login.Hidden) *login.Secret {
	s := &login.Secret{
		DefaultApp: AppID, Apps: map[string]login.App{}, IndexKey: IndexKey,
		SealKeys: []login.SealKey{{ID: "0", Key: sealKey}},
	}
	for id, policy := range Policies() {
		s.Apps[id] = login.App{ID: id, Secret: appSecret, Policy: policy, PrefetchKey: prefetchKeys[id], Push: pushSettings[id]}
	}
	return s
}

// SecretText is the same as JSON, as it is stored.
func SecretText(appSecret, sealKey string) string {
	apps := map[string]any{}
	for id, p := range Policies() {
		app := map[string]any{
			"appSecret": appSecret, "register": append([]login.Registration{}, p.Register...), "linkUnionId": p.LinkUnionID, "rebind": p.Rebind,
			"phoneTrustDays": int(p.PhoneTrust / (24 * time.Hour)), "acceptFrom": append([]string{}, p.AcceptFrom...),
		}
		if key := prefetchKeys[id]; key != "" {
			app["prefetchKey"] = string(key)
		}
		if push := pushSettings[id]; push.Token != "" {
			stored := map[string]string{"token": string(push.Token)}
			if push.EncodingAESKey != "" {
				stored["encodingAESKey"] = string(push.EncodingAESKey)
			}
			app["push"] = stored
		}
		apps[id] = app
	}
	text, err := json.Marshal(map[string]any{
		"defaultApp": AppID, "apps": apps, "indexKey": IndexKey,
		"sealKeys": []any{map[string]string{"id": "0", "key": sealKey}},
	})
	if err != nil {
		panic(err) // strings always marshal
	}
	return string(text)
}

// AppSecrets are the mini-programs as WeChat's stand-in is told of them.
func AppSecrets(appSecret string) map[string]string {
	apps := map[string]string{}
	for id := range Policies() {
		apps[id] = appSecret
	}
	return apps
}
