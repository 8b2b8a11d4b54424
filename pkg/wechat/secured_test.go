package wechat

import (
	"crypto"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/upstream"
)

// guide is the example of WeChat's guide about API security, with the keys that it publishes.
type guide struct {
	Request, RequestSignature, Answer, AnswerSignature, DeprecatedSignature string
	keys                                                                    login.APIKeys
}

func readGuide(t *testing.T) guide {
	t.Helper()
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join("testdata", "apisecurity", name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	var g guide
	if err := json.Unmarshal([]byte(read("guide.json")), &g); err != nil {
		t.Fatal(err)
	}
	g.keys = login.APIKeys{
		SymmetricID: "fa05fe1e5bcc79b81ad5ad4b58acf787", Symmetric: "otUpngOjU+nVQaWJIC3D/yMLV17RKaP6t4Ot9tbnzLY=",
		Private:       login.Hidden(read("private.pem")),
		CertificateID: "79ba700ea147819f640941bceb38b1d1", Certificate: read("certificate.pem"),
	}
	return g
}

// secured is the call of the guide, made at a time.
func (g guide) secured(t *testing.T, at int64) secured {
	t.Helper()
	security, err := g.keys.Security()
	if err != nil {
		t.Fatal(err)
	}
	return secured{security, "wxba6223c06417af7b", "https://api.weixin.qq.com/wxa/getuserriskrank", time.Unix(at, 0)}
}

const (
	guideRequestAt = 1635927954
	guideAnswerAt  = 1635927956
)

func TestTheGuidesRequest(t *testing.T) {
	g := readGuide(t)
	s := g.secured(t, guideRequestAt)
	signature, err := base64.StdEncoding.DecodeString(g.RequestSignature)
	if err != nil {
		t.Fatal(err)
	}
	digest := s.digest("1635927954", []byte(g.Request))
	if err := rsa.VerifyPSS(&s.Private.PublicKey, crypto.SHA256, digest, signature, &rsa.PSSOptions{SaltLength: saltLength}); err != nil {
		t.Error("the guide's signature is not that of what we would sign:", err)
	}
	var box sealed
	if err := json.Unmarshal([]byte(g.Request), &box); err != nil {
		t.Fatal(err)
	}
	plain, err := s.Symmetric.Open(nil, box.IV, append(box.Data, box.AuthTag...), s.additional("1635927954"))
	const want = `{"_n":"o89QaPVsRu1yppIZzvSZc4","_appid":"wxba6223c06417af7b","_timestamp":1635927954,"appid":"wxba6223c06417af7b","openid":"oEWzBfmdLqhFS2mTXCo2E4Y9gJAM","scene":0,"client_ip":"127.0.0.1"}`
	if err != nil || string(plain) != want {
		t.Errorf("the guide's text opens to %s, %v", plain, err)
	}
}

func TestOurRequest(t *testing.T) {
	s := readGuide(t).secured(t, guideRequestAt)
	payload := map[string]any{"code": "c", "openid": "o"}
	body, header := s.seal(payload)
	if len(payload) != 2 {
		t.Error("the payload was changed")
	}
	if header.Get(headerAppID) != s.appID || header.Get(headerTimestamp) != "1635927954" {
		t.Errorf("the headers are %v", header)
	}
	signature, _ := base64.StdEncoding.DecodeString(header.Get(headerSignature))
	if err := rsa.VerifyPSS(&s.Private.PublicKey, crypto.SHA256, s.digest("1635927954", body), signature, &rsa.PSSOptions{SaltLength: saltLength}); err != nil {
		t.Error(err)
	}
	var box sealed
	if err := json.Unmarshal(body, &box); err != nil {
		t.Fatal(err)
	}
	plain, err := s.Symmetric.Open(nil, box.IV, append(box.Data, box.AuthTag...), s.additional("1635927954"))
	var inside map[string]any
	if err != nil || json.Unmarshal(plain, &inside) != nil {
		t.Fatalf("it opens to %s, %v", plain, err)
	}
	if n, _ := inside["_n"].(string); len(n) < 16 {
		t.Errorf("_n is %q", n)
	}
	delete(inside, "_n")
	want := map[string]any{"code": "c", "openid": "o", "_appid": s.appID, "_timestamp": float64(guideRequestAt)}
	if !maps.Equal(inside, want) {
		t.Errorf("it opens to %v, want %v", inside, want)
	}
	if again, _ := s.seal(payload); string(again) == string(body) {
		t.Error("two calls are encrypted alike")
	}
}

func TestSecuredAnswers(t *testing.T) {
	g := readGuide(t)
	const opened = `{"_n":"ShYZpqdVgY+yQVAxNSWhYg","_appid":"wxba6223c06417af7b","_timestamp":1635927956,"errcode":0,"errmsg":"getuserriskrank succ","risk_rank":0,"unoin_id":2258658297}`
	for name, row := range map[string]struct {
		change func(h http.Header, body *string, s *secured)
		want   string // the plain text, or what the error says
	}{
		"the guide's": {nil, opened},
		"of a certificate that is about to be replaced": {func(h http.Header, _ *string, _ *secured) {
			h.Set("Wechatmp-Serial-Deprecated", h.Get("Wechatmp-Serial"))
			h.Set("Wechatmp-Signature-Deprecated", h.Get("Wechatmp-Signature"))
			h.Set("Wechatmp-Serial", "another")
			h.Set("Wechatmp-Signature", g.DeprecatedSignature)
		}, opened},
		"four minutes later":   {func(_ http.Header, _ *string, s *secured) { s.now = s.now.Add(4 * time.Minute) }, opened},
		"six minutes later":    {func(_ http.Header, _ *string, s *secured) { s.now = s.now.Add(6 * time.Minute) }, "another time"},
		"six minutes earlier":  {func(_ http.Header, _ *string, s *secured) { s.now = s.now.Add(-6 * time.Minute) }, "another time"},
		"no time":              {func(h http.Header, _ *string, _ *secured) { h.Del(headerTimestamp) }, "another time"},
		"another time":         {func(h http.Header, _ *string, _ *secured) { h.Set(headerTimestamp, "1635927957") }, "signature is not"},
		"another app":          {func(h http.Header, _ *string, _ *secured) { h.Set(headerAppID, "wx0") }, "another app"},
		"another certificate":  {func(h http.Header, _ *string, _ *secured) { h.Set(headerSerial, "0") }, "another certificate"},
		"no signature":         {func(h http.Header, _ *string, _ *secured) { h.Del(headerSignature) }, "another certificate"},
		"a signature of blank": {func(h http.Header, _ *string, _ *secured) { h.Set(headerSignature, "AAAA") }, "signature is not"},
		"another call's":       {func(_ http.Header, _ *string, s *secured) { s.url += "2" }, "signature is not"},
		"a changed text":       {func(_ http.Header, body *string, _ *secured) { *body = strings.Replace(*body, "HExs", "HExt", 1) }, "signature is not"},
		"another symmetric key": {func(_ http.Header, _ *string, s *secured) {
			other := g.keys
			other.Symmetric = login.Hidden(base64.StdEncoding.EncodeToString(make([]byte, 32)))
			s.APISecurity, _ = other.Security()
		}, "another key"},
		"another number of the symmetric key": {func(_ http.Header, _ *string, s *secured) {
			other := *s.APISecurity
			other.SymmetricID = "1"
			s.APISecurity = &other
		}, "another key"},
		"plain, and good":        {func(_ http.Header, body *string, _ *secured) { *body = `{"errcode":0,"phone_info":{}}` }, "not encrypted"},
		"plain, without errcode": {func(_ http.Header, body *string, _ *secured) { *body = `{"phone_info":{}}` }, "not encrypted"},
		"plain, and refused":     {func(_ http.Header, body *string, _ *secured) { *body = `{"errcode":40234,"errmsg":"x"}` }, "errcode 40234, detail about API security"},
		"nothing":                {func(_ http.Header, body *string, _ *secured) { *body = "" }, "empty reply"},
	} {
		t.Run(name, func(t *testing.T) {
			s, body := g.secured(t, guideAnswerAt), g.Answer
			header := http.Header{}
			header.Set(headerAppID, s.appID)
			header.Set(headerTimestamp, "1635927956")
			header.Set(headerSerial, s.CertificateID)
			header.Set(headerSignature, g.AnswerSignature)
			if row.change != nil {
				row.change(header, &body, &s)
			}
			plain, failed := s.open(upstream.Answer{Status: http.StatusOK, Header: header, Body: []byte(body)})
			got := string(plain)
			if failed != nil {
				got = failed.Error()
			}
			if (row.want == opened) != (failed == nil) || !strings.Contains(got, row.want) {
				t.Errorf("got %s, want %s", got, row.want)
			}
		})
	}
}

func TestSessionSignature(t *testing.T) {
	const want = "46e043c5525c2d817c44be603d30837a808a1d930d038f6fdc3e62a201fed128"
	if got := sessionSignature("o0q0otL8aEzpcZL/FT9WsQ=="); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
