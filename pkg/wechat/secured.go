package wechat

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/wxbind/wxbind/pkg/bom"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/upstream"
)

// The headers of WeChat's API security. See 服务端 API 签名加密指南,
// https://developers.weixin.qq.com/miniprogram/dev/server/getting_started/api_signature
const (
	headerAppID     = "Wechatmp-AppId"
	headerTimestamp = "Wechatmp-TimeStamp"
	headerSignature = "Wechatmp-Signature"
	headerSerial    = "Wechatmp-Serial"
	// deprecated is what follows the names of the headers for a certificate that WeChat is about to replace.
	deprecated = "-Deprecated"
)

// answerAge bounds how far the time of a signed answer may be from ours, as WeChat's guide proposes.
const answerAge = 5 * time.Minute

// saltLength is the length of the salt of our signatures. WeChat demands 32.
const saltLength = 32

// secured encrypts and signs one call to a URL, and checks and decrypts the answer to it.
type secured struct {
	*login.APISecurity
	appID string
	// url is the call's, without its query.
	url string
	now time.Time
}

// sealed is the body of an encrypted call, and of the answer to it.
type sealed struct {
	IV      []byte `json:"iv"`
	Data    []byte `json:"data"`
	AuthTag []byte `json:"authtag"`
}

// withoutQuery is a URL as WeChat signs it.
func withoutQuery(u *url.URL) string {
	bare := *u
	bare.RawQuery = ""
	return bare.String()
}

// seal returns the body and the headers of the call in place of a payload.
func (s secured) seal(payload map[string]any) (body []byte, header http.Header) {
	timestamp := strconv.FormatInt(s.now.Unix(), 10)
	plain := maps.Clone(payload)
	plain["_n"], plain["_appid"], plain["_timestamp"] = rand.Text(), s.appID, s.now.Unix()
	nonce := make([]byte, s.Symmetric.NonceSize())
	_, _ = rand.Read(nonce) // never fails
	text := s.Symmetric.Seal(nil, nonce, encode(plain), s.additional(timestamp))
	end := len(text) - s.Symmetric.Overhead()
	body = encode(sealed{IV: nonce, Data: text[:end], AuthTag: text[end:]})
	digest := s.digest(timestamp, body)
	signature, err := rsa.SignPSS(rand.Reader, s.Private, crypto.SHA256, digest, &rsa.PSSOptions{SaltLength: saltLength})
	if err != nil {
		panic(err) // the key is long enough
	}
	return body, http.Header{
		http.CanonicalHeaderKey(headerAppID):     {s.appID},
		http.CanonicalHeaderKey(headerTimestamp): {timestamp},
		http.CanonicalHeaderKey(headerSignature): {base64.StdEncoding.EncodeToString(signature)},
	}
}

// encode makes JSON of what always has such a form.
func encode(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}

// additional is what the encryption covers besides the text.
func (s secured) additional(timestamp string) []byte {
	return []byte(strings.Join([]string{s.url, s.appID, timestamp, s.SymmetricID}, "|"))
}

// digest is what a signature covers.
func (s secured) digest(timestamp string, body []byte) []byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n%s", s.url, s.appID, timestamp, body))
	return sum[:]
}

// open returns the text of the answer. WeChat does not encrypt a refusal of the security itself, so a plain answer with an errcode
// counts, since it lets nobody in. Any other plain answer is refused.
func (s secured) open(a upstream.Answer) ([]byte, *Error) {
	var box sealed
	members, err := upstream.Object(bom.Trim(a.Body))
	if err != nil || members["data"] == nil {
		if _, failed := read(a.Body, "a secured call"); failed != nil {
			return nil, failed
		}
		return nil, &Error{Fault: BadReply, Detail: "not encrypted, although API security is on"}
	}
	timestamp := a.Header.Get(headerTimestamp)
	at, err := strconv.ParseInt(timestamp, 10, 64)
	age := s.now.Sub(time.Unix(at, 0)).Abs()
	detail := ""
	switch signature := s.signatureOf(a.Header); {
	case a.Header.Get(headerAppID) != s.appID:
		detail = "signed for another app"
	case err != nil || age > answerAge:
		detail = "signed at another time"
	case signature == "":
		detail = "signed with another certificate than the one in the secret; put WeChat's newest there"
	case !s.verifies(timestamp, a.Body, signature):
		detail = "the signature is not that of WeChat's certificate"
	case json.Unmarshal(bom.Trim(a.Body), &box) != nil, len(box.IV) != s.Symmetric.NonceSize(), len(box.AuthTag) != s.Symmetric.Overhead():
		detail = "iv, data or authtag is damaged"
	}
	if detail != "" {
		return nil, &Error{Fault: BadReply, Detail: detail}
	}
	plain, err := s.Symmetric.Open(nil, box.IV, append(box.Data, box.AuthTag...), s.additional(timestamp))
	if err != nil {
		return nil, &Error{Fault: BadReply, Detail: "encrypted with another key than the one in the secret"}
	}
	return plain, nil
}

// signatureOf is the signature in the answer by the certificate that we have; "" if there is none.
func (s secured) signatureOf(h http.Header) string {
	for _, suffix := range []string{"", deprecated} {
		if h.Get(headerSerial+suffix) == s.CertificateID {
			return h.Get(headerSignature + suffix)
		}
	}
	return ""
}

func (s secured) verifies(timestamp string, body []byte, signature string) bool {
	raw, err := base64.StdEncoding.DecodeString(signature)
	return err == nil && rsa.VerifyPSS(s.WeChat, crypto.SHA256, s.digest(timestamp, body), raw, nil) == nil
}
