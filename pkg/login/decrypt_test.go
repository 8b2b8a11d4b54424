package login_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// keyed gives session_keys with which data can be encrypted: that of wechattest.SessionKey for each code.
type keyed struct{ *logintest.WeChat }

func (k keyed) Code2Session(ctx context.Context, app login.App, code string) (login.WeChatSession, error) {
	session, err := k.WeChat.Code2Session(ctx, app, code)
	session.SessionKey = login.Hidden(wechattest.SessionKey(app.ID, code))
	return session, err
}

// keyed makes the world's WeChat one that is keyed.
func (w *world) keyed() {
	c := w.Config
	c.WeChat = keyed{w.WeChatDouble}
	w.Service = login.New(c)
}

// dataOf is what WeChat encrypts with the session_key of a code, at this moment.
func (w *world) dataOf(code, members string) login.EncryptedData {
	plain := fmt.Sprintf(`{%s"watermark":{"timestamp":%d,"appid":%q}}`, members, w.Clock().Unix(), appID)
	data, iv := wechattest.Encrypt(wechattest.SessionKey(appID, code), []byte(plain))
	return login.EncryptedData{Data: data, IV: iv}
}

// decrypted decrypts data of a code for alice, whose session needs no visit.
func (w *world) decrypted(of, code string) error {
	u, err := w.DB.Memory.UserByID(w.Context(), "u-alice")
	if err != nil {
		return err
	}
	v := login.Visitor{User: u, Session: login.Session{AppID: appID, BindingID: u.Apps[appID].BindingID, TokenHash: "x"}}
	_, err = w.Decrypt(w.Context(), phone, v, w.dataOf(of, aNumber), code)
	return err
}

// decrypting is a world with alice, who is logged in by alice-2, and bob.
type decrypting struct {
	*world
	alice login.Visitor
}

func newDecrypting(t *testing.T) *decrypting {
	t.Helper()
	w := newWorld(t)
	w.keyed()
	w.Bound("alice-1", "alice")
	w.Bound("bob-1", "bob")
	return &decrypting{w, w.Visit(w.Token("alice-2"))}
}

func (d *decrypting) decrypt(data login.EncryptedData, code string) (login.OpenedData, error) {
	return d.Decrypt(d.Context(), phone, d.alice, data, code)
}

const aNumber = `"purePhoneNumber":"13800138000",`

func TestDecryptWithTheKeyOfTheBinding(t *testing.T) {
	d := newDecrypting(t)
	opened, err := d.decrypt(d.dataOf("alice-2", aNumber), "")
	if err != nil || !strings.Contains(string(opened.JSON), aNumber) {
		t.Errorf("got %s, %v", opened.JSON, err)
	}
	// A later login of the same person, on another device too, brings another key.
	d.Token("alice-3")
	if _, err := d.decrypt(d.dataOf("alice-3", aNumber), ""); err != nil {
		t.Errorf("with the newest key: %v", err)
	}
	if _, err := d.decrypt(d.dataOf("alice-2", aNumber), ""); !errors.Is(err, login.SessionKeyStale) {
		t.Errorf("with the key before it: %v", err)
	}
}

func TestDecryptWithAFreshCode(t *testing.T) {
	d := newDecrypting(t)
	data := d.dataOf("alice-3", aNumber)
	for n := range 2 { // the second is a repeat, whose first answer was lost
		if _, err := d.decrypt(data, "alice-3"); err != nil {
			t.Fatalf("request %d: %v", n+1, err)
		}
	}
	// The key is that of the binding from now on.
	if _, err := d.decrypt(d.dataOf("alice-3", aNumber), ""); err != nil {
		t.Errorf("without the code: %v", err)
	}
}

func TestDecryptRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		data func(d *decrypting) login.EncryptedData
		code string
		want login.Code
	}{
		"the openId of another": {func(d *decrypting) login.EncryptedData { return d.dataOf("alice-2", `"openId":"o-bob",`) }, "", login.SessionKeyStale},
		"another's data":        {func(d *decrypting) login.EncryptedData { return d.dataOf("bob-1", aNumber) }, "", login.SessionKeyStale},
		"another's code":        {func(d *decrypting) login.EncryptedData { return d.dataOf("bob-2", aNumber) }, "bob-2", login.ReauthRequired},
		"a used code":           {func(d *decrypting) login.EncryptedData { return d.dataOf("alice-1", aNumber) }, "alice-1", login.ReauthRequired},
		"what is no code":       {func(d *decrypting) login.EncryptedData { return d.dataOf("alice-2", aNumber) }, "a b", login.CodeInvalid},
		"nothing":               {func(*decrypting) login.EncryptedData { return login.EncryptedData{} }, "", login.DataMissing},
		"what is no data":       {func(*decrypting) login.EncryptedData { return login.EncryptedData{Data: "?", IV: "?"} }, "", login.DataMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDecrypting(t)
			d.Pass(time.Minute) // no code can be repeated any more
			if opened, err := d.decrypt(c.data(d), c.code); !errors.Is(err, c.want) || opened.JSON != nil {
				t.Errorf("got %s, %v, want %v", opened.JSON, err, c.want)
			}
		})
	}
}

// What cannot be WeChat's costs no code and no read.
func TestMalformedDataAsksNobody(t *testing.T) {
	d := newDecrypting(t)
	d.DB.Forget()
	calls := d.WeChatDouble.Calls
	if _, err := d.decrypt(login.EncryptedData{Data: "?", IV: "?"}, "alice-3"); !errors.Is(err, login.DataMalformed) {
		t.Errorf("got %v", err)
	}
	if len(d.DB.Calls) > 0 || d.WeChatDouble.Calls != calls {
		t.Errorf("the store was asked %v, and WeChat %d times", d.DB.Calls, d.WeChatDouble.Calls-calls)
	}
}

// The openId of the session's own identity is as good as none.
func TestDecryptTheOwnOpenID(t *testing.T) {
	d := newDecrypting(t)
	opened, err := d.decrypt(d.dataOf("alice-2", `"openId":"o-alice",`), "")
	if err != nil || opened.OpenID != "o-alice" {
		t.Errorf("got %q, %v", opened.OpenID, err)
	}
}

// Ten failures an hour are a session's. Other sessions, and malformed data, do not count.
func TestStaleDataIsLimitedForEachSession(t *testing.T) {
	d := newDecrypting(t)
	stale := func() login.EncryptedData { return d.dataOf("bob-1", aNumber) }
	for n := range 10 {
		d.Pass(time.Minute)
		if _, err := d.decrypt(login.EncryptedData{Data: "?", IV: "?"}, ""); !errors.Is(err, login.DataMalformed) {
			t.Fatalf("malformed: %v", err)
		}
		if _, err := d.decrypt(d.dataOf("alice-2", aNumber), ""); err != nil {
			t.Fatalf("after %d failures: %v", n, err)
		}
		if _, err := d.decrypt(stale(), ""); !errors.Is(err, login.SessionKeyStale) {
			t.Fatalf("failure %d: %v", n+1, err)
		}
	}
	for name, data := range map[string]login.EncryptedData{"stale": stale(), "good": d.dataOf("alice-2", aNumber)} {
		_, err := d.decrypt(data, "")
		if failure, ok := errors.AsType[*login.Error](err); !ok || failure.Code != login.TooManyAttempts || failure.RetryAfter != 51*time.Minute {
			t.Errorf("%s: got %v, want too many, for 51 minutes", name, err)
		}
	}
	other := d.Visit(d.Token("alice-4"))
	if _, err := d.Decrypt(d.Context(), phone, other, d.dataOf("alice-4", aNumber), ""); err != nil {
		t.Errorf("another session: %v", err)
	}
	d.Pass(51 * time.Minute)
	if _, err := d.decrypt(d.dataOf("alice-4", aNumber), ""); err != nil {
		t.Errorf("when the first failure is an hour old: %v", err)
	}
}

// Nobody learns whether data opens while failures cannot be counted.
func TestStaleDataThatCannotBeCounted(t *testing.T) {
	d := newDecrypting(t)
	d.DB.Do(logintest.Failing("SwapRecord"))
	if _, err := d.decrypt(d.dataOf("bob-1", aNumber), ""); !errors.Is(err, login.StoreUnavailable) {
		t.Errorf("got %v", err)
	}
	if _, err := d.decrypt(d.dataOf("alice-2", aNumber), ""); err != nil {
		t.Errorf("good data: %v", err)
	}
}

// A binding that was removed, and made again, is not that of the session.
func TestDecryptAfterTheBindingIsGone(t *testing.T) {
	for _, again := range []bool{false, true} {
		for _, code := range []string{"", "alice-9"} {
			t.Run(fmt.Sprintf("bound again: %v, with the code %q", again, code), func(t *testing.T) {
				d := newDecrypting(t)
				data := d.dataOf("alice-2", aNumber)
				d.must(nil, d.Unbind(d.Context(), phone, d.alice, true, "alice-5"))
				if again {
					d.must(d.BindUser("alice-6", "alice", password))
				}
				if _, err := d.decrypt(data, code); !errors.Is(err, login.BindingRemoved) {
					t.Errorf("got %v", err)
				}
			})
		}
	}
}

// Somebody may be sealing with a newer key already.
func TestDecryptWithAKeyOfANewerSecret(t *testing.T) {
	d := newDecrypting(t)
	old := d.Vault.Held
	d.Vault.Held = logintest.SecretWith("2", "1")
	d.Token("alice-3")
	d.Vault.Held, d.Vault.Newer = old, logintest.SecretWith("2", "1")
	if _, err := d.decrypt(d.dataOf("alice-3", aNumber), ""); err != nil {
		t.Error(err)
	}
	d.Vault.Held, d.Vault.Newer = logintest.SecretWith("3"), nil
	if _, err := d.decrypt(d.dataOf("alice-3", aNumber), ""); !errors.Is(err, login.SessionKeyStale) {
		t.Errorf("with a seal key that is gone: %v", err)
	}
}

func TestCheckSessionBeforeItOpens(t *testing.T) {
	d := newDecrypting(t)
	data := d.dataOf("alice-2", aNumber)
	d.must(d.decrypt(data, ""))
	if d.WeChatDouble.SessionChecks != 0 {
		t.Error("WeChat was asked without the setting")
	}
	c := d.Config
	c.CheckSession = true
	d.Service = login.New(c)
	asked := ""
	d.WeChatDouble.BeforeCheck = func(openID string, key login.Hidden) error { asked = openID + " " + string(key); return nil }
	d.must(d.decrypt(data, ""))
	if want := "o-alice " + wechattest.SessionKey(appID, "alice-2"); asked != want {
		t.Errorf("asked about %q, want %q", asked, want)
	}
	d.WeChatDouble.KillTokens(appID)
	d.must(d.decrypt(data, "")) // with a new token
	for _, says := range []login.Code{login.SessionKeyStale, login.WXUnavailable, login.WXTokenRejected} {
		d.WeChatDouble.BeforeCheck = func(string, login.Hidden) error { return says }
		if opened, err := d.decrypt(data, ""); !errors.Is(err, says) || opened.JSON != nil {
			t.Errorf("%s: got %v", says, err)
		}
	}
	checks := d.WeChatDouble.SessionChecks
	d.must(d.decrypt(d.dataOf("alice-7", aNumber), "alice-7"))
	if d.WeChatDouble.SessionChecks != checks {
		t.Error("WeChat was asked about the key that it has just given")
	}
}

// What is decrypted is passed on, and nothing else happens.
func TestNothingDecryptedIsStored(t *testing.T) {
	d := newDecrypting(t)
	before, err := d.DB.UserByID(d.Context(), d.alice.User.ID)
	d.must(nil, err)
	d.DB.Forget()
	d.must(d.decrypt(d.dataOf("alice-2", aNumber+`"openId":"o-alice","unionId":"union-x","nickName":"x",`), ""))
	for _, call := range d.DB.Calls {
		if call != "BindingByOpenID" && call != "LoadRecord" {
			t.Errorf("%s was called", call)
		}
	}
	after, err := d.DB.UserByID(d.Context(), d.alice.User.ID)
	if d.must(nil, err); fmt.Sprint(before) != fmt.Sprint(after) {
		t.Errorf("the user was %v, and is %v", before, after)
	}
}
