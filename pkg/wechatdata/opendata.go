package wechatdata

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1" //nolint:gosec // WeChat signs rawData with it
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/wxbind/wxbind/pkg/login"
)

// Bounds of what a mini-program passes on, in bytes. WeChat states none; its largest data, a month of steps, has 3 KiB.
const (
	maxEncryptedData = 16 << 10
	maxRawData       = 16 << 10
	// maxNesting is how deep the decrypted object may be nested.
	maxNesting = 16
)

// dataEarly is how far a watermark may be ahead of our clock.
const dataEarly = time.Minute

// Opener implements login.DataOpener.
type Opener struct{}

// Check implements login.DataOpener.
func (Opener) Check(data login.EncryptedData) error {
	_, err := sealedOf(data)
	return err
}

// sealedData is an EncryptedData out of its base64 and hex. signature is nil if there is none.
type sealedData struct{ text, iv, signature []byte }

// sealedOf decodes data, and checks the lengths of its parts: CBC panics at half a block.
//
// Errors: DataMissing, DataMalformed.
func sealedOf(data login.EncryptedData) (s sealedData, err error) {
	malformed := func(why string) (sealedData, error) {
		return sealedData{}, login.Because(login.DataMalformed, errors.New(why))
	}
	switch {
	case data.Data == "" || data.IV == "":
		return sealedData{}, login.DataMissing
	case len(data.Data) > maxEncryptedData:
		return malformed("encryptedData is too long")
	case len(data.RawData) > maxRawData:
		return malformed("rawData is too long")
	case (data.RawData == "") != (data.Signature == ""):
		return malformed("of rawData and signature one is missing")
	}
	if s.text, err = base64.StdEncoding.DecodeString(data.Data); err != nil || len(s.text) == 0 || len(s.text)%aes.BlockSize != 0 {
		return malformed("encryptedData is not base64 of whole blocks")
	}
	if s.iv, err = base64.StdEncoding.DecodeString(data.IV); err != nil || len(s.iv) != aes.BlockSize {
		return malformed("iv is not base64 of 16 bytes")
	}
	if data.Signature == "" {
		return s, nil
	}
	if s.signature, err = hex.DecodeString(data.Signature); err != nil || len(s.signature) != sha1.Size {
		return malformed("signature is not hex of 20 bytes")
	}
	return s, nil
}

// Causes of login.SessionKeyStale, for the operator's log. The client is never told which it was.
var (
	errSessionKey = errors.New("the session_key is not base64 of 16 bytes")
	errBlockPad   = errors.New("the padding is wrong: it was encrypted with another session_key, or is damaged")
	errObject     = errors.New("what was decrypted is no JSON object with one watermark, or has an openId that is no text")
	errWatermark  = errors.New("the watermark is another mini-program's")
	errAge        = errors.New("the watermark's time is not within the last minutes")
	errRawData    = errors.New("rawData is not what the signature says")
)

// Open implements login.DataOpener.
func (Opener) Open(app login.App, sessionKey login.Hidden, data login.EncryptedData, now time.Time) (login.OpenedData, error) {
	sealed, err := sealedOf(data)
	if err != nil {
		return login.OpenedData{}, err
	}
	opened, err := sealed.open(app.ID, sessionKey, now)
	if err == nil && sealed.signature != nil && !signsRaw(sealed.signature, data.RawData, sessionKey) {
		err = errRawData
	}
	if err != nil {
		return login.OpenedData{}, login.Because(login.SessionKeyStale, err)
	}
	return opened, nil
}

// open decrypts s, and judges what comes out.
func (s sealedData) open(appID string, sessionKey login.Hidden, now time.Time) (opened login.OpenedData, err error) {
	key, err := base64.StdEncoding.DecodeString(string(sessionKey))
	if err != nil || len(key) != 16 {
		return opened, errSessionKey
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return opened, errSessionKey
	}
	plain := make([]byte, len(s.text))
	cipher.NewCBCDecrypter(block, s.iv).CryptBlocks(plain, s.text)
	if plain = unpad(plain, aes.BlockSize); plain == nil {
		return opened, errBlockPad
	}
	var openID, markedApp string
	var at timestamp
	object := membersOf(plain)
	watermark := membersOf(object["watermark"])
	if object == nil || !object.has("openId", &openID, false) || !watermark.has("appid", &markedApp, true) || !watermark.has("timestamp", &at, true) {
		return opened, errObject
	}
	if markedApp != appID {
		return opened, errWatermark
	}
	if age := now.Sub(time.Unix(int64(at), 0)); age > login.DataLife || age < -dataEarly {
		return opened, errAge
	}
	return login.OpenedData{JSON: plain, OpenID: openID}, nil
}

// members are those of a JSON object. Unlike those of a struct, their names are case-sensitive.
type members map[string]json.RawMessage

// membersOf reads an object; nil if text is none, one that is nested too deep, or one with a name twice, of which whoever gets the
// data might take another than was checked.
func membersOf(text []byte) members {
	if !isObject(text) {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	if _, err := decoder.Token(); err != nil {
		return nil
	}
	m := members{}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil
		}
		key, _ := name.(string) // a name in an object is always a string
		var value json.RawMessage
		if _, twice := m[key]; twice || decoder.Decode(&value) != nil {
			return nil
		}
		m[key] = value
	}
	return m
}

// has reads a member, and says whether it is as it must be: there, if it is required, and of the type of into.
func (m members) has(name string, into any, required bool) bool {
	raw, ok := m[name]
	if !ok {
		return !required
	}
	return string(raw) != "null" && json.Unmarshal(raw, into) == nil
}

// isObject says whether text is one JSON object in UTF-8 that is not nested too deep.
func isObject(text []byte) bool {
	if !utf8.Valid(text) || !json.Valid(text) {
		return false
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	if first, err := decoder.Token(); err != nil || first != json.Delim('{') {
		return false
	}
	for depth := 1; depth > 0; {
		token, err := decoder.Token()
		if err != nil {
			return false
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			if depth++; depth > maxNesting {
				return false
			}
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
	}
	return true
}

// timestamp is a time in Unix seconds. WeChat's samples have it as a number; clients of others write a string.
type timestamp int64

// lastTimestamp is the end of the year 9999.
const lastTimestamp = 253402300799

func (t *timestamp) UnmarshalJSON(text []byte) error {
	seconds, err := strconv.ParseInt(string(bytes.Trim(text, `"`)), 10, 64)
	if err != nil || seconds < 0 || seconds > lastTimestamp {
		return errAge
	}
	*t = timestamp(seconds)
	return nil
}

// signsRaw says whether a signature is that of rawData: SHA-1 of it and the session_key, as text.
func signsRaw(signature []byte, rawData string, sessionKey login.Hidden) bool {
	sum := sha1.Sum([]byte(rawData + string(sessionKey))) //nolint:gosec // as WeChat does
	return subtle.ConstantTimeCompare(sum[:], signature) == 1
}
