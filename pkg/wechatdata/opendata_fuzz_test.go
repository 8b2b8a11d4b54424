package wechatdata_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/wechatdata"
)

// Whatever comes, nothing panics, and an error is one of the three.
func FuzzOpenForeignData(f *testing.F) {
	f.Add(vectorData, vectorIV, "", "")
	f.Add("AAAAAAAAAAAAAAAAAAAAAA==", vectorIV, "{}", strings.Repeat("0", 40))
	f.Add("AAAAAAAAAAA=", "?", "", "x")
	f.Fuzz(func(t *testing.T, text, iv, rawData, signature string) {
		data := login.EncryptedData{Data: text, IV: iv, RawData: rawData, Signature: signature}
		checked := wechatdata.Opener{}.Check(data)
		opened, err := open(testKey, data)
		switch {
		case checked != nil && (err == nil || err.Error() != checked.Error()):
			t.Errorf("checked %v, opened %v", checked, err)
		case checked == nil && err != nil && !errors.Is(err, login.SessionKeyStale):
			t.Errorf("opened: %v", err)
		case err == nil && !json.Valid(opened.JSON):
			t.Errorf("opened %q", opened.JSON)
		}
	})
}

// What opens is an object that can stand in an answer, whatever was encrypted.
func FuzzOpenWhateverWasEncrypted(f *testing.F) {
	f.Add(plainOf(nil))
	f.Add(plainOf(map[string]any{"openId": "o-1", "x": []any{nil, true, map[string]any{}}}))
	f.Add(`{"watermark":{"timestamp":"1800000000","appid":"wx0123456789abcdef"},"watermark":null}`)
	f.Add(`{"openId":"\ud800"}`)
	f.Fuzz(func(t *testing.T, plain string) {
		if len(plain) > 8<<10 {
			return
		}
		opened, err := open(testKey, sealed(testKey, plain))
		if err != nil {
			if !errors.Is(err, login.SessionKeyStale) {
				t.Errorf("opened: %v", err)
			}
			return
		}
		if string(opened.JSON) != plain {
			t.Errorf("opened %q of %q", opened.JSON, plain)
		}
		var object map[string]json.RawMessage
		if err := json.Unmarshal(opened.JSON, &object); err != nil || object["watermark"] == nil {
			t.Errorf("%q is no object with a watermark: %v", opened.JSON, err)
		}
		if _, err := json.Marshal(map[string]any{"data": json.RawMessage(opened.JSON)}); err != nil {
			t.Errorf("%q cannot stand in an answer: %v", base64.StdEncoding.EncodeToString(opened.JSON), err)
		}
	})
}
