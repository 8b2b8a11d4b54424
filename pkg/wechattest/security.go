package wechattest

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"strconv"
	"time"
)

// Errcodes of API security.
const (
	missingTimestamp    = 40231
	missingSignature    = 40232
	missingSecuredAppID = 40233
	wrongSignature      = 40234
	wrongEncryption     = 40235
	wrongSecuredAppID   = 40236
	expiredTimestamp    = 40240
	noSessionKey        = 87007
	invalidSignature    = 87009
)

// Security is what WeChat's console shows when API security (API 安全) is on for an app.
type Security struct {
	SymmetricID, SymmetricKey  string
	PrivateKey                 string
	CertificateID, Certificate string

	aead    cipher.AEAD
	private *rsa.PrivateKey // the application's
	wechat  *rsa.PrivateKey
}

// Secure turns API security on for an app: getuserphonenumber must be encrypted and signed from now on, and so are its answers.
// Former keys do not count any more. deprecated makes the certificate one that WeChat is about to replace.
func (s *Server) Secure(appID string, deprecated bool) Security {
	private, wechat := newKey(), newKey()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: appID},
		NotBefore: s.now().Add(-time.Hour), NotAfter: s.now().AddDate(5, 0, 0),
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &wechat.PublicKey, wechat)
	must(err)
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	block, err := aes.NewCipher(key)
	must(err)
	aead, err := cipher.NewGCM(block)
	must(err)
	made := Security{
		SymmetricID: newNumber(), SymmetricKey: base64.StdEncoding.EncodeToString(key),
		PrivateKey:    string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(private)})),
		CertificateID: newNumber(), Certificate: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate})),
		aead: aead, private: private, wechat: wechat,
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.security[appID] = secured{made, deprecated}
	return made
}

// secured is an app's security, and whether its certificate is about to be replaced.
type secured struct {
	Security
	deprecated bool
}

// sealedBody is the body of a secured call, and of its answer.
type sealedBody struct {
	IV      []byte `json:"iv"`
	Data    []byte `json:"data"`
	AuthTag []byte `json:"authtag"`
}

// unsealed opens the body of a call for an app. Without API security that is the body itself.
func (s *Server) unsealed(r *http.Request, appID string, body []byte) (plain []byte, errcode int) {
	s.mu.Lock()
	security, on := s.security[appID]
	s.mu.Unlock()
	if !on {
		return body, 0
	}
	timestamp, signature := r.Header.Get("Wechatmp-Timestamp"), r.Header.Get("Wechatmp-Signature")
	at, err := strconv.ParseInt(timestamp, 10, 64)
	raw, _ := base64.StdEncoding.DecodeString(signature)
	switch sent := r.Header.Get("Wechatmp-Appid"); {
	case sent == "":
		return nil, missingSecuredAppID
	case sent != appID:
		return nil, wrongSecuredAppID
	case timestamp == "":
		return nil, missingTimestamp
	case err != nil || s.now().Sub(time.Unix(at, 0)).Abs() > 5*time.Minute:
		return nil, expiredTimestamp
	case signature == "":
		return nil, missingSignature
	case rsa.VerifyPSS(&security.private.PublicKey, crypto.SHA256, signed(r, appID, timestamp, body), raw, &rsa.PSSOptions{SaltLength: 32}) != nil:
		return nil, wrongSignature
	}
	var box sealedBody
	if json.Unmarshal(body, &box) != nil || len(box.IV) != security.aead.NonceSize() {
		return nil, wrongEncryption
	}
	plain, err = security.aead.Open(nil, box.IV, append(box.Data, box.AuthTag...), covered(r, appID, timestamp, security.SymmetricID))
	var inside struct {
		AppID     string `json:"_appid"`
		Timestamp int64  `json:"_timestamp"`
		N         string `json:"_n"`
	}
	if err != nil || json.Unmarshal(plain, &inside) != nil || inside.AppID != appID || inside.Timestamp != at || inside.N == "" {
		return nil, wrongEncryption
	}
	return plain, 0
}

// sealing encrypts and signs the answer to a call for an app, if API security is on.
func (s *Server) sealing(w http.ResponseWriter, r *http.Request, appID string) http.ResponseWriter {
	s.mu.Lock()
	defer s.mu.Unlock()
	if security, on := s.security[appID]; on {
		return &sealingWriter{w, r, appID, security, strconv.FormatInt(s.now().Unix(), 10)}
	}
	return w
}

type sealingWriter struct {
	http.ResponseWriter
	r         *http.Request
	appID     string
	security  secured
	timestamp string
}

// WriteHeader waits for the body, which the headers sign.
func (w *sealingWriter) WriteHeader(int) {}

// Write writes a whole body.
func (w *sealingWriter) Write(body []byte) (int, error) {
	at, _ := strconv.ParseInt(w.timestamp, 10, 64)
	plain := bytes.Replace(body, []byte("{"), fmt.Appendf(nil, `{"_n":%q,"_appid":%q,"_timestamp":%d,`, rand.Text(), w.appID, at), 1)
	iv := make([]byte, w.security.aead.NonceSize())
	_, _ = rand.Read(iv) // never fails
	text := w.security.aead.Seal(nil, iv, plain, covered(w.r, w.appID, w.timestamp, w.security.SymmetricID))
	end := len(text) - w.security.aead.Overhead()
	sent := encode(sealedBody{iv, text[:end], text[end:]})
	signature, err := rsa.SignPSS(rand.Reader, w.security.wechat, crypto.SHA256, signed(w.r, w.appID, w.timestamp, sent), nil)
	must(err)
	header, suffix := w.Header(), ""
	if w.security.deprecated {
		suffix = "-Deprecated"
		header.Set("Wechatmp-Serial", newNumber())
		header.Set("Wechatmp-Signature", base64.StdEncoding.EncodeToString(make([]byte, len(signature))))
	}
	header.Set("Wechatmp-Appid", w.appID)
	header.Set("Wechatmp-Timestamp", w.timestamp)
	header.Set("Wechatmp-Serial"+suffix, w.security.CertificateID)
	header.Set("Wechatmp-Signature"+suffix, base64.StdEncoding.EncodeToString(signature))
	if _, err := w.ResponseWriter.Write(sent); err != nil {
		return 0, err
	}
	return len(body), nil
}

// urlOf is the URL of a call without its query, as both sides sign it.
func urlOf(r *http.Request) string {
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	return scheme + r.Host + r.URL.EscapedPath()
}

// signed is the digest of what a signature covers.
func signed(r *http.Request, appID, timestamp string, body []byte) []byte {
	sum := sha256.Sum256([]byte(urlOf(r) + "\n" + appID + "\n" + timestamp + "\n" + string(body)))
	return sum[:]
}

// covered is what an encryption covers besides the text.
func covered(r *http.Request, appID, timestamp, number string) []byte {
	return []byte(urlOf(r) + "|" + appID + "|" + timestamp + "|" + number)
}

func newKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	must(err)
	return key
}

// newNumber makes the number of a key, as the console shows it.
func newNumber() string {
	random := make([]byte, 16)
	_, _ = rand.Read(random) // never fails
	return hex.EncodeToString(random)
}

// must ends what cannot fail.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
