package wechattest

import (
	"crypto/sha256"
	"encoding/base64"
)

// OpenID is a person's openid in an app. Like WeChat's own, it has 28 characters of [A-Za-z0-9_-] and begins with an o.
func OpenID(appID, person string) string { return id("openid", appID, person) }

// UnionID is a person's unionid, the same in all apps.
func UnionID(person string) string { return id("unionid", "", person) }

func id(kind, appID, person string) string {
	sum := sha256.Sum256([]byte(kind + " " + appID + " " + person))
	return "o" + base64.RawURLEncoding.EncodeToString(sum[:])[:27]
}
