package secrets_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/secrets"
)

const newKey = login.Hidden("S3CRETn0123456789012345678901234567890123456789")

// change reads, changes and writes a secret.
func change(t *testing.T, raw string, edit func(*secrets.Draft)) (*login.Secret, string, error) {
	t.Helper()
	d, err := secrets.ReadDraft([]byte(raw))
	if err != nil {
		return nil, "", err
	}
	if edit != nil {
		edit(d)
	}
	out, err := d.Bytes()
	if err != nil {
		return nil, "", err
	}
	s, err := secrets.Parse(out)
	if err != nil {
		t.Fatalf("Bytes gives what Parse refuses: %v", err)
	}
	return s, string(out), nil
}

func TestDraftChanges(t *testing.T) {
	const placeholders = `{"appId":"REPLACE_ME","appSecret":"REPLACE_ME","sealKey":"` + sealKey + `"}`
	const noDefault = `{"apps":{"` + appID + `":{"appSecret":"` + appSecret + `"}},"sealKeys":[{"id":"0","key":"` + sealKey + `"}]}`
	first := login.SealKey{ID: "0", Key: sealKey}
	with := func(change func(*login.Secret)) *login.Secret {
		s := &login.Secret{DefaultApp: appID, Apps: map[string]login.App{appID: app(appID, appSecret)}, SealKeys: []login.SealKey{first}}
		change(s)
		return s
	}
	one := with(func(*login.Secret) {})
	for name, row := range map[string]struct {
		raw  string
		edit func(*secrets.Draft)
		want *login.Secret
	}{
		"the short form becomes the long one": {shortSecret, nil, one},
		"as Notepad writes it":                {"\uFEFF" + shortSecret, nil, one},
		"the first app of a new secret":       {placeholders, func(d *secrets.Draft) { d.SetApp(appID, appSecret, false) }, one},
		"another AppSecret": {shortSecret, func(d *secrets.Draft) { d.SetApp(appID, "S3CRETother", false) },
			with(func(s *login.Secret) { s.Apps = map[string]login.App{appID: app(appID, "S3CRETother")} })},
		"a second app": {shortSecret, func(d *secrets.Draft) { d.SetApp(appID2, "S3CRETother", false) },
			with(func(s *login.Secret) {
				s.Apps = map[string]login.App{appID: app(appID, appSecret), appID2: app(appID2, "S3CRETother")}
			})},
		"a second app beside one that was the default unnamed": {noDefault, func(d *secrets.Draft) { d.SetApp(appID2, "S3CRETother", false) },
			with(func(s *login.Secret) {
				s.Apps = map[string]login.App{appID: app(appID, appSecret), appID2: app(appID2, "S3CRETother")}
			})},
		"a second app as the default": {shortSecret, func(d *secrets.Draft) { d.SetApp(appID2, "S3CRETother", true) },
			with(func(s *login.Secret) {
				s.DefaultApp = appID2
				s.Apps = map[string]login.App{appID: app(appID, appSecret), appID2: app(appID2, "S3CRETother")}
			})},
		"a seal key, the newest first": {shortSecret, func(d *secrets.Draft) { d.AddSealKey(newKey) },
			with(func(s *login.Secret) { s.SealKeys = []login.SealKey{{ID: "1", Key: newKey}, first} })},
		"a directory key": {shortSecret, func(d *secrets.Draft) { d.SetDirectoryKey(newKey) },
			with(func(s *login.Secret) { s.DirectoryKey = newKey })},
		"an index key": {shortSecret, func(d *secrets.Draft) { d.AddIndexKey(newKey) },
			with(func(s *login.Secret) { s.IndexKey = newKey })},
		"an index key where there is one": {withIndexKey(shortSecret), func(d *secrets.Draft) { d.AddIndexKey(newKey) },
			with(func(s *login.Secret) { s.IndexKey = indexKey })},
	} {
		t.Run(name, func(t *testing.T) {
			got, _, err := change(t, row.raw, row.edit)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, row.want) {
				t.Errorf("got %+v, want %+v", got, row.want)
			}
		})
	}
}

func TestSealKeyIDsAreNotReused(t *testing.T) {
	raw := strings.NewReplacer(`"id":"2"`, `"id":"nine"`, `"id":"1"`, `"id":"7"`).Replace(longSecret)
	d, err := secrets.ReadDraft([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	if a, b := d.AddSealKey(newKey), d.AddSealKey(newKey); a != "8" || b != "9" {
		t.Errorf("got %s and %s, want 8 and 9", a, b)
	}
}

// Everything that a change does not concern stays, whether this program knows it or not.
func TestDraftKeepsTheRest(t *testing.T) {
	const raw = `{"comment":{"a":[1,null]},"defaultApp":"` + appID + `","apps":{"` + appID + `":{"appSecret":"` + appSecret + `","owner":"ops","register":["ask"],"phoneTrustDays":0}},` +
		`"sealKeys":[{"id":"0","key":"` + sealKey + `","since":"2026"}],"directoryKey":"` + string(newKey) + `","indexKey":"` + indexKey + `"}`
	_, out, err := change(t, raw, func(d *secrets.Draft) { d.SetApp(appID, appSecret, false) })
	if err != nil {
		t.Fatal(err)
	}
	var before, after any
	if json.Unmarshal([]byte(raw), &before) != nil || json.Unmarshal([]byte(out), &after) != nil || !reflect.DeepEqual(before, after) {
		t.Errorf("got %s, want %s", out, raw)
	}
}

func TestDraftRefuses(t *testing.T) {
	for name, row := range map[string]struct {
		raw  string
		edit func(*secrets.Draft)
		want string
	}{
		"no JSON":                   {`S3CRET`, nil, "not a JSON object"},
		"not UTF-8":                 {"{\"S3CRET\":\"\xff\"}", nil, "not UTF-8"},
		"both forms":                {`{"appId":"S3CRET","apps":{}}`, nil, "mixes"},
		"a field twice":             {`{"sealKeys":[],"sealKeys":["S3CRET"]}`, nil, "has a duplicate field"},
		"a seal key that is none":   {`{"sealKeys":["S3CRET"]}`, nil, "sealKeys[0] is not"},
		"apps that are none":        {`{"apps":["S3CRET"]}`, nil, "apps is not"},
		"an app that is none":       {`{"apps":{"S3CRET":1}}`, nil, "an app of apps is not"},
		"an appid that is a number": {`{"appId":1}`, nil, "appId is not a string"},
		"an appid with a space":     {shortSecret, func(d *secrets.Draft) { d.SetApp("wx S3CRET", "x", false) }, "no appid"},
		"an empty AppSecret":        {shortSecret, func(d *secrets.Draft) { d.SetApp(appID, "", false) }, "appSecret is empty"},
		"the placeholder again":     {shortSecret, func(d *secrets.Draft) { d.SetApp(appID, "replace_me", false) }, "placeholder"},
		"still no app":              {`{"appId":"REPLACE_ME","appSecret":"REPLACE_ME","sealKey":"` + sealKey + `"}`, nil, "apps is empty"},
		"no seal key":               {`{"appId":"` + appID + `","appSecret":"` + appSecret + `"}`, nil, "sealKeys is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			_, out, err := change(t, row.raw, row.edit)
			if err == nil || !strings.Contains(err.Error(), row.want) || strings.Contains(err.Error(), "CRET") {
				t.Errorf("got %s, %v; want an error with %q and no value", out, err, row.want)
			}
		})
	}
}

// A list that cannot be read is refused at once. A change would replace it if it counted as empty.
func TestDraftTakesNoListForEmpty(t *testing.T) {
	for name, row := range map[string]struct{ raw, want string }{
		"seal keys that are text": {`{"sealKeys":"S3CRET"}`, "sealKeys must be a list"},
		"seal keys that are null": {`{"sealKeys":null}`, "sealKeys must be a list"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := secrets.ReadDraft([]byte(row.raw)); err == nil || err.Error() != row.want {
				t.Errorf("got %v, want %q", err, row.want)
			}
		})
	}
}

func TestHasAppIsAboutRealAppSecrets(t *testing.T) {
	for raw, want := range map[string]bool{
		shortSecret: true,
		strings.Replace(shortSecret, appSecret, secrets.Placeholder, 1): false,
		strings.Replace(shortSecret, appID, secrets.Placeholder, 1):     false,
	} {
		if d, err := secrets.ReadDraft([]byte(raw)); err != nil || d.HasApp(appID) != want {
			t.Errorf("%s: %v, want %v", raw, err, want)
		}
	}
}

// Whatever is stored, a change keeps the seal keys: without them nothing can be opened.
func FuzzReadDraft(f *testing.F) {
	f.Add([]byte(shortSecret))
	f.Add([]byte(longSecret))
	f.Add([]byte(policySecret))
	f.Add([]byte(`{"appId":"REPLACE_ME","appSecret":"REPLACE_ME","sealKey":"` + sealKey + `"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		before, _ := secrets.Parse(raw)
		d, err := secrets.ReadDraft(raw)
		switch {
		case err != nil && before != nil:
			t.Fatalf("a good secret cannot be changed: %v", err)
		case err != nil:
			if strings.Contains(err.Error(), "S3CRET") {
				t.Fatalf("the error shows a value: %v", err)
			}
			return
		case before == nil:
			_, _ = d.Bytes()
			return
		}
		d.AddSealKey(newKey)
		out, err := d.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		after, err := secrets.Parse(out)
		if err != nil || !reflect.DeepEqual(after.SealKeys[1:], before.SealKeys) || !reflect.DeepEqual(after.Apps, before.Apps) || after.DefaultApp != before.DefaultApp {
			t.Errorf("%s became %s", raw, out)
		}
	})
}
