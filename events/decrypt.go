package events

import (
	"slices"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

// encrypted sends encrypted data of a kind; see plainKinds.
func encrypted(kind string) edit { return field("encryptedData", "{{encrypted "+kind+"}}") }

// encryptedWith sends data that was encrypted with the session_key of another code than the event's.
func encryptedWith(code string) edit { return encrypted("phone with " + code) }

// signed sends rawData with its signature.
var signed = edits{field("rawData", rawData), field("signature", signatureHere)}

// decrypt holds the cases of POST /mobileApi/wechat/decrypt.
var decrypt = slices.Concat(
	on("decrypt-good", []Case{
		{Name: "decrypt-good", After: afterBind, Status: 200, Code: 1, WeChat: 1},
		{Name: "decrypt-good-without-code", After: afterBind, but: edits{noField("code")}, Status: 200, Code: 1},
		{Name: "decrypt-good-after-a-new-key", After: []string{"bind-good", "decrypt-good"}, but: edits{noField("code"), encryptedWith("alice-2")}, Status: 200, Code: 1},
		{Name: "decrypt-good-english", After: afterBind, but: edits{field("lang", "en")}, Status: 200, Code: 1, WeChat: 1},
		{Name: "decrypt-good-x-token", After: afterBind, but: inXToken, Status: 200, Code: 1, WeChat: 1},
		{Name: "decrypt-good-form", Odd: true, After: afterBind, but: edits{formBody("encryptedData={{encrypted phone}}&iv={{iv}}")}, Status: 200, Code: 1},
		{Name: "decrypt-good-user", After: afterBind, but: edits{encrypted("user")}, Status: 200, Code: 1, WeChat: 1},
		{Name: "decrypt-good-signed", After: afterBind, but: signed, Status: 200, Code: 1, WeChat: 1},
		{Name: "decrypt-good-undefined-raw-data", After: afterBind, but: edits{field("rawData", "undefined"), field("signature", "undefined")}, Status: 200, Code: 1, WeChat: 1},
		{Name: "decrypt-more-with-a-used-code", After: []string{"bind-good", "decrypt-good"}, Status: 200, Error: login.ReauthRequired, WeChat: 1},
		{Name: "decrypt-of-another", After: afterBind, but: edits{encrypted("of-another")}, Status: 200, Error: login.SessionKeyStale, WeChat: 1},
		{Name: "decrypt-of-another-app", After: afterBind, but: edits{encrypted("of-another-app")}, Status: 200, Error: login.SessionKeyStale, WeChat: 1},
		{Name: "decrypt-old", After: afterBind, but: edits{encrypted("old")}, Status: 200, Error: login.SessionKeyStale, WeChat: 1},
		{Name: "decrypt-text", After: afterBind, but: edits{encrypted("text")}, Status: 200, Error: login.SessionKeyStale, WeChat: 1},
		{Name: "decrypt-old-key", After: []string{"bind-good", "checkbind-bound"}, but: edits{noField("code"), encryptedWith("alice-1")}, Status: 200, Error: login.SessionKeyStale},
		{Name: "decrypt-signed-wrongly", After: afterBind, but: append(slices.Clone(signed), field("rawData", "{}")), Status: 200, Error: login.SessionKeyStale, WeChat: 1},
		{Name: "decrypt-no-data", After: afterBind, but: edits{noField("encryptedData")}, Status: 400, Error: login.DataMissing},
		{Name: "decrypt-undefined-data", After: afterBind, but: edits{field("encryptedData", "undefined")}, Status: 400, Error: login.DataMissing},
		{Name: "decrypt-no-iv", After: afterBind, but: edits{noField("iv")}, Status: 400, Error: login.DataMissing},
		{Name: "decrypt-half-a-block", After: afterBind, but: edits{field("encryptedData", "AAAAAAAAAAA=")}, Status: 400, Error: login.DataMalformed},
		{Name: "decrypt-no-base64", After: afterBind, but: edits{field("encryptedData", "加密")}, Status: 400, Error: login.DataMalformed},
		{Name: "decrypt-long-data", After: afterBind, but: edits{field("encryptedData", strings.Repeat("A", 16<<10+4))}, Status: 400, Error: login.DataMalformed},
		{Name: "decrypt-short-iv", After: afterBind, but: edits{field("iv", "AAAA")}, Status: 400, Error: login.DataMalformed},
		{Name: "decrypt-unsigned-raw-data", After: afterBind, but: edits{field("rawData", rawData)}, Status: 400, Error: login.DataMalformed},
	}),
	slices.Concat(badTokens, endedSessions.only("revoked", "disabled", "unbound"), notHTTP).of("decrypt", "decrypt-good"),
	slices.Concat(badProofs, wordCodes, invalidProof, badBodies("iv", `"AAAAAAAAAAAAAAAAAAAAAA=="`), badQueries, weChat.only(
		"wechat-busy", "wechat-user-throttled", "wechat-user-blocked", "wechat-app-invalid",
	)).of("decrypt", "decrypt-good", afterBind...),
)

func init() { declare(decrypt) }
