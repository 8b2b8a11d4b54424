package wechatdata_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/wechatdata"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// A vector of WeChat's documentation:
// https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/signature.html
const (
	vectorApp  = "wx4f4bc4dec97d474b"
	vectorKey  = "tiihtNczf5v6AKRyjwEUhQ=="
	vectorIV   = "r7BXXKkLb8qrSNn05n0qiA=="
	vectorData = "CiyLU1Aw2KjvrjMdj8YKliAjtP4gsMZMQmRzooG2xrDcvSnxIMXFufNstNGTyaGS9uT5geRa0W4oTOb1WT7fJlAC+oNPdbB+3hVbJSRgv+4lGOETKUQz6OYStslQ142d" +
		"NCuabNPGBzlooOmB231qMM85d2/fV6ChevvXvQP8Hkue1poOFtnEtpyxVLW1zAo6/1Xx1COxFvrc2d7UL/lmHInNlxuacJXwu0fjpXfz/YqYzBIBzD6WUfTIF9GRHpOn" +
		"/Hz7saL8xz+W//FRAUid1OksQaQx4CMs8LOddcQhULW4ucetDf96JcR3g0gfRK4PC7E/r7Z6xNrXd2UIeorGj5Ef7b1pJAYB6Y5anaHqZ9J6nKEBvB4DnNLIVWSgARns" +
		"/8wR2SiRS7MNACwTyrGvt9ts8p12PKFdlqYTopNHR1Vf7XjfhQlVsAJdNiKdYmYVoKlaRv85IfVunYzO0IKXsyl7JCUjCpoG20f0a04COwfneQAGGwd5oa+T8yO5hzuy" +
		"Db/XcxxmK01EpqOyuxINew=="
)

// vectorTime is the time in the vector's watermark.
var vectorTime = time.Unix(1477314187, 0)

func TestOpenVector(t *testing.T) {
	app := login.App{ID: vectorApp}
	opened, err := wechatdata.Opener{}.Open(app, vectorKey, login.EncryptedData{Data: vectorData, IV: vectorIV}, vectorTime.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(opened.JSON)
	if opened.OpenID != "oGZUI0egBJY1zhBYw2KhdUfwVJJE" || len(opened.JSON) != 393 ||
		hex.EncodeToString(sum[:]) != "3237d8a5dbd413523c194882c7156544d8a06e2afcc97383cc300c17bd09391b" {
		t.Errorf("got the openId %q and %d bytes: %s", opened.OpenID, len(opened.JSON), opened.JSON)
	}
}

// The vector of WeChat's documentation for rawData.
func TestRawDataVector(t *testing.T) {
	const key = "HyVFkGl5F5OQWJZZaNzBBg=="
	const raw = `{"nickName":"Band","gender":1,"language":"zh_CN","city":"Guangzhou","province":"Guangdong","country":"CN","avatarUrl":"http://wx.qlogo.cn/` +
		`mmopen/vi_32/1vZvI39NWFQ9XM4LtQpFrQJ1xlgZxx3w7bQxKARol6503Iuswjjn6nIGBiaycAjAtpujxyzYsrztuuICqIM5ibXQ/0"}`
	data := sealed(key, plainOf(nil))
	data.RawData, data.Signature = raw, "75e81ceda165f4ffa64f4068af58c64b8f54b88c"
	if _, err := open(key, data); err != nil {
		t.Error(err)
	}
	data.RawData = strings.Replace(raw, "Band", "band", 1)
	if _, err := open(key, data); !errors.Is(err, login.SessionKeyStale) {
		t.Errorf("rawData that was changed: %v", err)
	}
}

const (
	testApp = "wx0123456789abcdef"
	testKey = "MDEyMzQ1Njc4OWFiY2RlZg=="
)

var testNow = time.Unix(1_800_000_000, 0)

// plainOf is what WeChat encrypts, with some members changed; nil removes one.
func plainOf(but map[string]any) string {
	object := map[string]any{
		"purePhoneNumber": "13800138000",
		"watermark":       map[string]any{"timestamp": testNow.Unix(), "appid": testApp},
	}
	for name, value := range but {
		if object[name] = value; value == nil {
			delete(object, name)
		}
	}
	text, err := json.Marshal(object)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func sealed(key, plain string) login.EncryptedData {
	data, iv := wechattest.Encrypt(key, []byte(plain))
	return login.EncryptedData{Data: data, IV: iv}
}

func open(key login.Hidden, data login.EncryptedData) (login.OpenedData, error) {
	return wechatdata.Opener{}.Open(login.App{ID: testApp}, key, data, testNow)
}

func TestOpenWhatWeChatMayEncrypt(t *testing.T) {
	mark := func(timestamp any) map[string]any {
		return map[string]any{"watermark": map[string]any{"timestamp": timestamp, "appid": testApp}}
	}
	for name, plain := range map[string]string{
		"a phone number":                plainOf(nil),
		"an openId":                     plainOf(map[string]any{"openId": "o-1"}),
		"the time as a string":          plainOf(mark(fmt.Sprint(testNow.Unix()))),
		"a watermark of 5 minutes ago":  plainOf(mark(testNow.Add(-5 * time.Minute).Unix())),
		"a watermark of a minute ahead": plainOf(mark(testNow.Add(time.Minute).Unix())),
		"Chinese":                       plainOf(map[string]any{"nickName": "张三"}),
		"as deep as may be":             plainOf(map[string]any{"x": json.RawMessage(strings.Repeat("[", 15) + strings.Repeat("]", 15))}),
		"blanks around it":              " \n" + plainOf(nil) + " ",
		"a whole block of padding":      plainOf(nil) + strings.Repeat(" ", 16-len(plainOf(nil))%16),
	} {
		t.Run(name, func(t *testing.T) {
			opened, err := open(testKey, sealed(testKey, plain))
			if err != nil || string(opened.JSON) != plain {
				t.Errorf("got %s, %v", opened.JSON, err)
			}
		})
	}
}

// Whatever is wrong with what was decrypted, the error is the same.
func TestOpenRefusesAlike(t *testing.T) {
	mark := func(timestamp, appID any) map[string]any {
		return map[string]any{"watermark": map[string]any{"timestamp": timestamp, "appid": appID}}
	}
	now := testNow.Unix()
	good := sealed(testKey, plainOf(nil))
	signed := good
	signed.RawData, signed.Signature = "{}", wechattest.SignRaw("another key", "{}")
	for name, c := range map[string]struct {
		key  login.Hidden
		data login.EncryptedData
	}{
		"another key":             {"ZmVkY2JhOTg3NjU0MzIxMA==", good},
		"a key that is no base64": {"?", good},
		"a key that is too short": {"AAAA", good},
		"no key":                  {"", good},
		"another app":             {testKey, sealed(testKey, plainOf(mark(now, "wxfedcba9876543210")))},
		"an appid of wrong type":  {testKey, sealed(testKey, plainOf(mark(now, 7)))},
		"too old":                 {testKey, sealed(testKey, plainOf(mark(now-301, testApp)))},
		"too far ahead":           {testKey, sealed(testKey, plainOf(mark(now+61, testApp)))},
		"a time beyond all":       {testKey, sealed(testKey, plainOf(mark(json.Number("99999999999999999999"), testApp)))},
		"a negative time":         {testKey, sealed(testKey, plainOf(mark(-1, testApp)))},
		"a time with a fraction":  {testKey, sealed(testKey, plainOf(mark(json.Number("1.8e9"), testApp)))},
		"no time":                 {testKey, sealed(testKey, plainOf(mark(nil, testApp)))},
		"no watermark":            {testKey, sealed(testKey, plainOf(map[string]any{"watermark": nil}))},
		"two watermarks":          {testKey, sealed(testKey, `{"watermark":{"timestamp":1,"appid":"wx0"},`+plainOf(nil)[1:])},
		"two appids":              {testKey, sealed(testKey, strings.Replace(plainOf(nil), `"appid"`, `"appid":"wx0","appid"`, 1))},
		"two openIds":             {testKey, sealed(testKey, `{"openId":"o-other",`+plainOf(map[string]any{"openId": "o-alice"})[1:])},
		"a Watermark":             {testKey, sealed(testKey, strings.Replace(plainOf(nil), "watermark", "Watermark", 1))},
		"an openId of wrong type": {testKey, sealed(testKey, plainOf(map[string]any{"openId": 7}))},
		"an array":                {testKey, sealed(testKey, "["+plainOf(nil)+"]")},
		"two objects":             {testKey, sealed(testKey, plainOf(nil)+plainOf(nil))},
		"no JSON":                 {testKey, sealed(testKey, plainOf(nil)[1:])},
		"nothing":                 {testKey, sealed(testKey, "")},
		"no UTF-8":                {testKey, sealed(testKey, strings.Replace(plainOf(nil), "138", "\xff\xfe1", 1))},
		"too deep":                {testKey, sealed(testKey, plainOf(map[string]any{"x": json.RawMessage(strings.Repeat("[", 16) + strings.Repeat("]", 16))}))},
		"rawData signed wrongly":  {testKey, signed},
	} {
		t.Run(name, func(t *testing.T) {
			opened, err := open(c.key, c.data)
			if !errors.Is(err, login.SessionKeyStale) || len(opened.JSON) > 0 || strings.Contains(err.Error(), "138") {
				t.Errorf("got %s, %v", opened.JSON, err)
			}
		})
	}
}

// Each byte of the padding counts, and 0 and more than a block are none.
func TestPaddingIsCheckedByteByByte(t *testing.T) {
	body := plainOf(nil)
	body += strings.Repeat(" ", 16-len(body)%16)
	for name, c := range map[string]struct {
		end  string
		good bool
	}{
		"16 bytes":            {strings.Repeat("\x10", 16), true},
		"3 of 3":              {strings.Repeat(" ", 13) + "\x03\x03\x03", true},
		"2 of 3":              {strings.Repeat(" ", 13) + " \x03\x03", false},
		"another byte first":  {"\x01" + strings.Repeat("\x10", 15), false},
		"none":                {strings.Repeat(" ", 16), false},
		"0":                   {strings.Repeat(" ", 15) + "\x00", false},
		"17, as if of 32":     {strings.Repeat("\x11", 16), false},
		"more than the block": {strings.Repeat(" ", 15) + "\x20", false},
	} {
		t.Run(name, func(t *testing.T) {
			// Whole blocks: what Encrypt adds is cut off again.
			data := sealed(testKey, body+c.end)
			text, err := base64.StdEncoding.DecodeString(data.Data)
			if err != nil {
				t.Fatal(err)
			}
			data.Data = base64.StdEncoding.EncodeToString(text[:len(text)-16])
			if _, err := open(testKey, data); (err == nil) != c.good {
				t.Errorf("got %v", err)
			}
		})
	}
}

// What no key decides is told apart from the rest, before a key is looked for.
func TestMalformedData(t *testing.T) {
	good := sealed(testKey, plainOf(nil))
	with := func(change func(*login.EncryptedData)) login.EncryptedData {
		data := good
		change(&data)
		return data
	}
	const signature = "75e81ceda165f4ffa64f4068af58c64b8f54b88c"
	for name, c := range map[string]struct {
		data login.EncryptedData
		want error
	}{
		"good":                      {good, nil},
		"good with rawData":         {with(func(d *login.EncryptedData) { d.RawData, d.Signature = "{}", signature }), nil},
		"no encryptedData":          {with(func(d *login.EncryptedData) { d.Data = "" }), login.DataMissing},
		"no iv":                     {with(func(d *login.EncryptedData) { d.IV = "" }), login.DataMissing},
		"encryptedData no base64":   {with(func(d *login.EncryptedData) { d.Data = "?" }), login.DataMalformed},
		"half a block":              {with(func(d *login.EncryptedData) { d.Data = "AAAAAAAAAAA=" }), login.DataMalformed},
		"a block and a half":        {with(func(d *login.EncryptedData) { d.Data = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }), login.DataMalformed},
		"no block":                  {with(func(d *login.EncryptedData) { d.Data = "\n" }), login.DataMalformed},
		"longer than 16 KiB":        {with(func(d *login.EncryptedData) { d.Data = strings.Repeat("A", 16<<10+4) }), login.DataMalformed},
		"iv no base64":              {with(func(d *login.EncryptedData) { d.IV = "?" }), login.DataMalformed},
		"iv of 15 bytes":            {with(func(d *login.EncryptedData) { d.IV = "AAAAAAAAAAAAAAAAAAAA" }), login.DataMalformed},
		"iv of 17 bytes":            {with(func(d *login.EncryptedData) { d.IV = "AAAAAAAAAAAAAAAAAAAAAAA=" }), login.DataMalformed},
		"rawData without signature": {with(func(d *login.EncryptedData) { d.RawData = "{}" }), login.DataMalformed},
		"signature without rawData": {with(func(d *login.EncryptedData) { d.Signature = signature }), login.DataMalformed},
		"signature no hex":          {with(func(d *login.EncryptedData) { d.RawData, d.Signature = "{}", strings.Repeat("x", 40) }), login.DataMalformed},
		"signature too short":       {with(func(d *login.EncryptedData) { d.RawData, d.Signature = "{}", signature[2:] }), login.DataMalformed},
		"rawData of 16 KiB and one": {with(func(d *login.EncryptedData) { d.RawData, d.Signature = strings.Repeat("x", 16<<10+1), signature }), login.DataMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			if err := (wechatdata.Opener{}).Check(c.data); !errors.Is(err, c.want) || c.want == nil && err != nil {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if c.want == nil {
				return
			}
			if _, err := open(testKey, c.data); !errors.Is(err, c.want) {
				t.Errorf("opened: got %v, want %v", err, c.want)
			}
		})
	}
}
