package secrets_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/secrets"
)

func TestParseServices(t *testing.T) {
	two := login.ServiceKeys{{ID: "orders", Key: serviceKey}, {ID: "stock-2", Key: serviceKey + "2"}}
	for name, row := range map[string]struct {
		raw  string
		want login.ServiceKeys
	}{
		"two":                        {servicesSecret, two},
		"as Notepad writes it":       {"\uFEFF" + servicesSecret + "\r\n", two},
		"none yet":                   {`{"services":[]}`, login.ServiceKeys{}},
		"as CloudFormation makes it": {`{"services":[],"unused":"S3CRETa"}`, login.ServiceKeys{}},
		"names in other cases":       {strings.Replace(servicesSecret, "{", `{"Services":[],"SERVICES":7,`, 1), two},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := secrets.ParseServices([]byte(row.raw)); err != nil || !slices.Equal(got, row.want) {
				t.Errorf("got %+v, %v; want %+v", got, err, row.want)
			}
		})
	}
}

func TestParseServicesNamesWhatIsWrong(t *testing.T) {
	with := func(old, replacement string) string { return swap(t, servicesSecret, old, replacement) }
	for name, c := range map[string]struct{ raw, want string }{
		"nothing":                     {"", "the secret is not a JSON object"},
		"no services":                 {"{}", "services must be a list"},
		"services twice":              {`{"services":[],"services":[]}`, "the secret has a duplicate field"},
		"not UTF-8":                   {"{\"services\":[],\"S3CRET\xff\":1}", "the secret is not UTF-8"},
		"too long":                    {strings.Repeat(" ", secrets.MaxSize) + `{"services":[]}`, "the secret is longer than"},
		"services null":               {`{"services":null}`, "services must be a list"},
		"services as an object":       {`{"services":{"S3CRET":"S3CRET"}}`, "services must be a list"},
		"services that are strings":   {`{"services":["S3CRET"]}`, "services[0] is not a JSON object"},
		"a service without id":        {with(`"id":"orders",`, ""), "services[0].id is missing"},
		"a service without key":       {with(`,"key":"`+serviceKey+`"}`, "}"), "services[0].key is missing"},
		"a service's id twice":        {with("stock-2", "orders"), "services[1].id is given twice"},
		"a service's id with a colon": {with("orders", "S3:CRET"), "services[0].id must be"},
		"a service's id of 33 bytes":  {with("orders", strings.Repeat("o", 33)), "services[0].id must be"},
		"a service key with a space":  {with(serviceKey+`"`, "S3CRET "+serviceKey+`"`), "services[0].key must be visible ASCII"},
		"a service key in Chinese":    {with(serviceKey+`"`, "S3CRET密"+serviceKey+`"`), "services[0].key must be visible ASCII"},
		"a service key's placeholder": {with(serviceKey+`"`, `REPLACE_ME"`), "services[0].key is still the placeholder"},
		"a short service key":         {with(serviceKey+`"`, `S3CRETs"`), "services[0].key must be at least 43"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := secrets.ParseServices([]byte(c.raw))
			if err == nil || !strings.HasPrefix(err.Error(), c.want) || strings.Contains(err.Error(), "S3CRET") {
				t.Errorf("got %+v, %v; want an error that says %q and no value", got, err, c.want)
			}
			if d, err := secrets.ReadServicesDraft([]byte(c.raw)); err == nil {
				if raw, err := d.Bytes(); err == nil && name != "no services" {
					t.Errorf("a change stores %s", raw)
				}
			}
		})
	}
}

func TestServicesAreCached(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		double, transport := bubble(t)
		s := secrets.NewServices(secrets.Config{Source: client("http://double", transport), SecretID: id, OnError: func(context.Context, error) {}})
		_, err := s.ServiceKeys(t.Context())
		wantUnavailable(t, err, "ResourceNotFoundException")
		double.Put(id, servicesSecret)
		before := double.Calls()
		for range 2 {
			if keys, err := s.ServiceKeys(t.Context()); err != nil || !slices.Equal(keys.IDs(), []string{"orders", "stock-2"}) {
				t.Errorf("got %v, %v", keys, err)
			}
		}
		wantCalls(t, double, before+1)
		time.Sleep(10 * time.Minute)
		double.Put(id, `{"services":7}`)
		if keys, err := s.ServiceKeys(t.Context()); err != nil || len(keys) != 2 {
			t.Errorf("while the new ones cannot be read: %v, %v", keys, err)
		}
		time.Sleep(5 * time.Second)
		double.Put(id, `{"services":[]}`)
		if keys, err := s.ServiceKeys(t.Context()); err != nil || len(keys) != 0 {
			t.Errorf("after all are removed: %v, %v", keys, err)
		}
	})
}

func TestServicesDraft(t *testing.T) {
	const unused = `{"unused":"S3CRETa","services":[{"id":"a","key":"` + serviceKey + `","since":2026}]}`
	d, err := secrets.ReadServicesDraft([]byte(unused))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Add("orders", newKey); err != nil {
		t.Error(err)
	}
	if err := d.Add("orders", newKey); !errors.Is(err, secrets.ErrServiceTaken) {
		t.Errorf("twice: %v", err)
	}
	if err := d.Remove("stock"); !errors.Is(err, secrets.ErrNoSuchService) {
		t.Errorf("unknown: %v", err)
	}
	raw, err := d.Bytes()
	if err != nil || !strings.Contains(string(raw), `"unused":"S3CRETa"`) || !strings.Contains(string(raw), `"since":2026`) {
		t.Errorf("the rest does not stay: %s, %v", raw, err)
	}
	if keys, err := secrets.ParseServices(raw); err != nil || !slices.Equal(keys, login.ServiceKeys{{ID: "a", Key: serviceKey}, {ID: "orders", Key: newKey}}) {
		t.Errorf("got %+v, %v", keys, err)
	}
	if err := errors.Join(d.Remove("a"), d.Remove("orders")); err != nil {
		t.Error(err)
	}
	if raw, err = d.Bytes(); err != nil || !strings.Contains(string(raw), `"services":[]`) {
		t.Errorf("without any: %s, %v", raw, err)
	}
	if err := d.Add("S3 CRET", newKey); err != nil {
		t.Error(err)
	}
	if _, err := d.Bytes(); err == nil || !strings.HasPrefix(err.Error(), "services[0].id must be") {
		t.Errorf("a bad id: %v", err)
	}
}
