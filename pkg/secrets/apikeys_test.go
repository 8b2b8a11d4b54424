package secrets_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/secrets"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

func TestAPIKeys(t *testing.T) {
	const appID = "wx0123456789abcdef"
	console := wechattest.New(wechattest.Config{}).Secure(appID, false)
	good := map[string]any{
		"symmetricId": console.SymmetricID, "symmetricKey": console.SymmetricKey, "privateKey": console.PrivateKey,
		"certificateId": console.CertificateID, "certificate": console.Certificate,
	}
	whole := func(keys any) []byte {
		text, err := json.Marshal(map[string]any{
			"apps":     map[string]any{appID: map[string]any{"appSecret": "S3CRET", "apiKeys": keys}},
			"sealKeys": []any{map[string]any{"id": "0", "key": strings.Repeat("k", 43)}},
		})
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	secret, err := secrets.Parse(whole(good))
	if err != nil {
		t.Fatal(err)
	}
	if security, err := secret.Apps[appID].API.Security(); err != nil || security == nil || security.CertificateID != console.CertificateID {
		t.Errorf("the keys are %v, %v", security, err)
	}

	for name, row := range map[string]struct {
		field string
		value any
		want  string
	}{
		"no symmetric key":        {"symmetricKey", nil, "symmetricKey is missing"},
		"SM4's key":               {"symmetricKey", "AAAAAAAAAAAAAAAAAAAAAA==", "SM4_GCM is not supported"},
		"no base64":               {"symmetricKey", "S3CRET", "32 bytes in base64"},
		"no PEM":                  {"privateKey", "S3CRET", "RSA key of at least 2048 bits"},
		"a certificate for a key": {"privateKey", console.Certificate, "RSA key of at least 2048 bits"},
		"a key for a certificate": {"certificate", console.PrivateKey, "WeChat's certificate in PEM"},
		"no number":               {"certificateId", "", "certificateId is empty"},
		"a number with a break":   {"symmetricId", "1\n2", "symmetricId must be the number"},
		"a number as such":        {"symmetricId", 7, "symmetricId is not a string"},
		"a placeholder":           {"privateKey", "REPLACE_ME", "still the placeholder"},
		"misspelled":              {"PrivateKey", "S3CRET", "privateKey is misspelled"},
	} {
		t.Run(name, func(t *testing.T) {
			keys := map[string]any{}
			for k, v := range good {
				keys[k] = v
			}
			if keys[row.field] = row.value; row.value == nil {
				delete(keys, row.field)
			}
			_, err := secrets.Parse(whole(keys))
			if err == nil || !strings.Contains(err.Error(), row.want) || strings.Contains(err.Error(), "S3CRET") {
				t.Errorf("got %v, want %s", err, row.want)
			}
		})
	}

	draft, err := secrets.ReadDraft([]byte(`{"appId":"` + appID + `","appSecret":"S3CRET","sealKey":"` + strings.Repeat("k", 43) + `"}`))
	if err != nil {
		t.Fatal(err)
	}
	store := func(keys login.APIKeys) login.APIKeys {
		if err := draft.SetAPIKeys(appID, keys); err != nil {
			t.Fatal(err)
		}
		raw, err := draft.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		stored, err := secrets.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		return stored.Apps[appID].API
	}
	if got := store(secret.Apps[appID].API); got != secret.Apps[appID].API {
		t.Error("other keys are stored than were set")
	}
	if got := store(login.APIKeys{}); got != (login.APIKeys{}) {
		t.Error("the keys were not removed")
	}
	if err := draft.SetAPIKeys("wx1", login.APIKeys{}); !errors.Is(err, secrets.ErrNoSuchApp) {
		t.Errorf("an unknown app: %v", err)
	}
}
