package wechat_test

import (
	"fmt"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// keysOf are the keys that the console shows.
func keysOf(s wechattest.Security) login.APIKeys {
	return login.APIKeys{
		SymmetricID: s.SymmetricID, Symmetric: login.Hidden(s.SymmetricKey), Private: login.Hidden(s.PrivateKey),
		CertificateID: s.CertificateID, Certificate: s.Certificate,
	}
}

func TestPhoneNumberWithAPISecurity(t *testing.T) {
	w := start(t)
	keys, others := keysOf(w.Secure(app.ID, false)), keysOf(wechattest.New(wechattest.Config{}).Secure(app.ID, false))
	codes := 0
	for name, row := range map[string]struct {
		app  func(*login.App)
		code login.Code
	}{
		"all keys":                 {func(a *login.App) { a.API = keys }, ""},
		"none":                     {func(*login.App) {}, login.WXRequestInvalid},
		"another private key":      {func(a *login.App) { a.API = keys; a.API.Private = others.Private }, login.WXRequestInvalid},
		"another symmetric key":    {func(a *login.App) { a.API = keys; a.API.Symmetric = others.Symmetric }, login.WXRequestInvalid},
		"another certificate":      {func(a *login.App) { a.API = keys; a.API.Certificate = others.Certificate }, login.WXUnexpected},
		"a certificate's number":   {func(a *login.App) { a.API = keys; a.API.CertificateID = "1" }, login.WXUnexpected},
		"a symmetric key's number": {func(a *login.App) { a.API = keys; a.API.SymmetricID = "1" }, login.WXRequestInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			c := w.client(t, nil)
			secured := app
			row.app(&secured)
			codes++
			got, err := c.PhoneNumber(t.Context(), tokenOf(t, c), secured, fmt.Sprint("phone-alice-", codes), wechattest.OpenID(app.ID, "alice"))
			if means(t, err, row.code); row.code == "" && got != wechattest.PhoneNumber("alice") {
				t.Errorf("got %s", got)
			}
		})
	}
}

func TestPhoneRefusalsWithAPISecurity(t *testing.T) {
	w := start(t)
	secured := app
	secured.API = keysOf(w.Secure(app.ID, true))
	c := w.client(t, nil)
	openID := wechattest.OpenID(app.ID, "alice")
	if got, err := c.PhoneNumber(t.Context(), tokenOf(t, c), secured, "phone-alice-1", openID); err != nil || got != wechattest.PhoneNumber("alice") {
		t.Errorf("with a certificate that is about to be replaced: %s, %v", got, err)
	}
	_, err := c.PhoneNumber(t.Context(), tokenOf(t, c), secured, "phone-alice-1", openID)
	means(t, err, login.PhoneCodeInvalid)
	_, err = c.PhoneNumber(t.Context(), "TOKEN", secured, "phone-alice-2", openID)
	means(t, err, login.WXTokenRejected)
}

func TestCheckSession(t *testing.T) {
	w := start(t)
	c := w.client(t, nil)
	first, err := c.Code2Session(t.Context(), app, "alice-1")
	if err != nil {
		t.Fatal(err)
	}
	check := func(key login.Hidden, token login.Hidden) error {
		return c.CheckSession(t.Context(), token, app, first.OpenID, key)
	}
	token := tokenOf(t, c)
	means(t, check(first.SessionKey, token), "")
	second, err := c.Code2Session(t.Context(), app, "alice-2")
	if err != nil {
		t.Fatal(err)
	}
	means(t, check(first.SessionKey, token), login.SessionKeyStale)
	means(t, check(second.SessionKey, token), "")
	means(t, check(second.SessionKey, "TOKEN"), login.WXTokenRejected)
	means(t, c.CheckSession(t.Context(), token, app, "o-nobody", first.SessionKey), login.SessionKeyStale)
}
