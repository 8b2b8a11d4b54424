package vault_test

import (
	"errors"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/secrets"
	"github.com/wxbind/wxbind/pkg/secrets/awssource"
	"github.com/wxbind/wxbind/pkg/secrets/vault"
	"github.com/wxbind/wxbind/pkg/testing/secretstest"
)

const (
	id    = "wxbind/test"
	appID = "wx0123456789abcdef"
	// Values of secrets carry a mark that no error may show.
	newKey      login.Hidden = "S3CRETn-0123456789-0123456789-0123456789-key"
	shortSecret              = `{"appId":"` + appID + `","appSecret":"S3CRETa0123456789abcdef012345678","sealKey":"S3CRETk-0123456789-0123456789-0123456789-key"}`
)

// store returns a Vault on a double that holds the short secret.
func store(t *testing.T, retryer aws.Retryer) (*secretstest.Server, *vault.Vault) {
	t.Helper()
	double := &secretstest.Server{}
	double.Put(id, shortSecret)
	server := httptest.NewServer(double)
	t.Cleanup(server.Close)
	return double, &vault.Vault{Client: secretstest.SDKClient(server.URL, retryer), SecretID: id}
}

// added returns how many seal keys were added.
func added(t *testing.T, double *secretstest.Server) int {
	t.Helper()
	s, err := secrets.Parse([]byte(double.Value(id)))
	if err != nil {
		t.Fatal(err)
	}
	return len(s.SealKeys) - 1
}

func addKey(d *secrets.Draft) error {
	d.AddSealKey(newKey)
	return nil
}

func TestChangesAtOnceAreAllKept(t *testing.T) {
	for name, e := range secretstest.Engines(t) {
		t.Run(name, func(t *testing.T) {
			e.Put(t, "wxbind/changed", shortSecret)
			client := secretstest.SDKClient(e.URL, aws.NopRetryer{})
			v := &vault.Vault{Client: client, SecretID: "wxbind/changed"}
			const changes = 5
			var all sync.WaitGroup
			for range changes {
				all.Go(func() {
					if err := v.Change(t.Context(), addKey); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			if s, err := v.Secret(t.Context()); err != nil || len(s.SealKeys) != changes+1 {
				t.Errorf("got %v, %v; want %d more keys", s, err, changes)
			}
			s, err := secrets.New(secrets.Config{Source: awssource.Source{Client: client}, SecretID: "wxbind/changed", Timeout: time.Minute}).Secret(t.Context())
			if err != nil || len(s.SealKeys) != changes+1 {
				t.Errorf("a Manager gives %v, %v", s, err)
			}
		})
	}
}

// A change by somebody else between the read and the write is not undone.
func TestChangeThatComesSecond(t *testing.T) {
	double, v := store(t, aws.NopRetryer{})
	edits := 0
	err := v.Change(t.Context(), func(d *secrets.Draft) error {
		if edits++; edits == 1 {
			double.Put(id, `{"apps":{"`+appID+`":{"appSecret":"S3CRETa"}},"sealKeys":[{"id":"7","key":"`+string(newKey)+`"},{"id":"0","key":"`+string(newKey)+`"}]}`)
		}
		return addKey(d)
	})
	if err != nil || edits != 2 || added(t, double) != 2 {
		t.Errorf("%v after %d edits: %s", err, edits, double.Value(id))
	}
}

func TestChangeThatIsAlwaysSecond(t *testing.T) {
	double, v := store(t, aws.NopRetryer{})
	edits := 0
	err := v.Change(t.Context(), func(d *secrets.Draft) error {
		edits++
		double.Put(id, shortSecret)
		return addKey(d)
	})
	if !errors.Is(err, vault.ErrBusy) || edits != 10 || added(t, double) != 0 {
		t.Errorf("%v after %d edits", err, edits)
	}
}

func TestLostAnswersCountAsDone(t *testing.T) {
	for _, operation := range []string{"GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage"} {
		t.Run(operation, func(t *testing.T) {
			double, v := store(t, retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = 1 }))
			double.LoseAnswer(operation)
			edits := 0
			err := v.Change(t.Context(), func(d *secrets.Draft) error {
				edits++
				return addKey(d)
			})
			if err != nil || edits != 1 || added(t, double) != 1 {
				t.Errorf("%v after %d edits: %s", err, edits, double.Value(id))
			}
		})
	}
}

func TestChangeThatFailsChangesNothing(t *testing.T) {
	no := errors.New("no")
	for name, row := range map[string]struct {
		edit  func(*secrets.Draft) error
		spoil func(*secretstest.Server)
		want  string
	}{
		"the edit refuses":     {func(*secrets.Draft) error { return no }, nil, "no"},
		"the edit spoils it":   {func(d *secrets.Draft) error { d.SetApp(appID, "", false); return nil }, nil, "appSecret is empty"},
		"access is denied":     {nil, func(s *secretstest.Server) { s.Fail(400, "AccessDeniedException") }, "secret wxbind/test: Secrets Manager answers AccessDeniedException"},
		"what is there is bad": {nil, func(s *secretstest.Server) { s.Put(id, "S3CRET") }, "secret wxbind/test: the secret is not a JSON object"},
	} {
		t.Run(name, func(t *testing.T) {
			double, v := store(t, aws.NopRetryer{})
			if row.spoil != nil {
				row.spoil(double)
			}
			if row.edit == nil {
				row.edit = addKey
			}
			before := double.Value(id)
			err := v.Change(t.Context(), row.edit)
			if err == nil || !strings.HasPrefix(err.Error(), row.want) && !strings.HasSuffix(err.Error(), row.want) || strings.Contains(err.Error(), "S3CRET") {
				t.Errorf("got %v, want %q", err, row.want)
			}
			if double.Value(id) != before {
				t.Errorf("it is now %s", double.Value(id))
			}
		})
	}
}

// The secret of the services is changed like the other one.
func TestChangeServices(t *testing.T) {
	double, v := store(t, aws.NopRetryer{})
	double.Put(id, `{"services":[],"unused":"S3CRET"}`)
	edits := 0
	err := v.ChangeServices(t.Context(), func(d *secrets.ServicesDraft) error {
		if edits++; edits == 1 {
			double.Put(id, `{"services":[{"id":"other","key":"`+string(newKey)+`"}],"unused":"S3CRET"}`)
		}
		return d.Add("ours", newKey)
	})
	keys, errRead := v.ServiceKeys(t.Context())
	if err != nil || errRead != nil || edits != 2 || !slices.Equal(keys.IDs(), []string{"other", "ours"}) || !strings.Contains(double.Value(id), `"unused"`) {
		t.Errorf("%v, %v after %d edits: %s", err, errRead, edits, double.Value(id))
	}
	if err := v.ChangeServices(t.Context(), func(d *secrets.ServicesDraft) error { return d.Add("ours", newKey) }); !errors.Is(err, secrets.ErrServiceTaken) {
		t.Errorf("twice: %v", err)
	}
	double.Put(id, "S3CRET")
	if _, err := v.ServiceKeys(t.Context()); err == nil || strings.Contains(err.Error(), "S3CRET") {
		t.Errorf("what is there is bad: %v", err)
	}
}
