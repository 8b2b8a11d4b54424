package main

import (
	"encoding/json"
	"io"
	"maps"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/bom"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/secrets"
	"github.com/wxbind/wxbind/pkg/testing/secretstest"
)

const (
	testSecretID   = "arn:aws:secretsmanager:us-east-1:123456789012:secret:wxbind-dev"
	testServicesID = "arn:aws:secretsmanager:us-east-1:123456789012:secret:wxbind-dev-services"
	testSealKey    = "S3CRETk0123456789012345678901234567890123456789"
	// newSecret is the secret of a new stack.
	newSecret = `{"appId":"REPLACE_ME","appSecret":"REPLACE_ME","sealKey":"` + testSealKey + `"}`
	setSecret = `{"appId":"wx0123456789abcdef","appSecret":"S3CRETold","sealKey":"` + testSealKey + `"}`
)

// noServices is the services' secret of a new stack.
const noServices = `{"services":[],"unused":"S3CRETu"}`

// secretStack is a stack wxbind-dev with this secret, and without services.
func secretStack(t *testing.T, secret string) *secretstest.Server {
	t.Helper()
	return secretStackAt(t, secret, nil)
}

// secretStackAt is secretStack with more outputs.
func secretStackAt(t *testing.T, secret string, more map[string]string) *secretstest.Server {
	t.Helper()
	double := &secretstest.Server{}
	double.Put(testSecretID, secret)
	double.Put(testServicesID, noServices)
	manager := httptest.NewServer(double)
	t.Cleanup(manager.Close)
	outputs := map[string]string{"SecretArn": testSecretID, "ServicesSecretArn": testServicesID}
	maps.Copy(outputs, more)
	stacks := httptest.NewServer(cloudFormation("wxbind-dev", outputs))
	t.Cleanup(stacks.Close)
	setAWS(t, stacks.URL, "http://127.0.0.1:1")
	t.Setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", manager.URL)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	return double
}

func stored(t *testing.T, double *secretstest.Server) *login.Secret {
	t.Helper()
	s, err := secrets.Parse([]byte(double.Value(testSecretID)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func storedServices(t *testing.T, double *secretstest.Server) login.ServiceKeys {
	t.Helper()
	services, err := secrets.ParseServices([]byte(double.Value(testServicesID)))
	if err != nil {
		t.Fatal(err)
	}
	return services
}

// onStack runs a command on wxbind-dev. No value of the secret may appear in its output.
func onStack(t *testing.T, input, args string) (status int, out, errors string) {
	t.Helper()
	status, out, errors = command(t, input, append(strings.Fields(args), "--stack", "wxbind-dev")...)
	if strings.Contains(out+errors, "S3CRET") {
		t.Errorf("wxbind %s shows a secret: %s%s", args, out, errors)
	}
	if status == 1 && (strings.Count(errors, "\n") != 1 || out != "") {
		t.Errorf("wxbind %s: not one sentence: %s%s", args, out, errors)
	}
	return status, out, errors
}

func TestSecretSet(t *testing.T) {
	const app = `{"appId":"wx0123456789abcdef","appSecret":"S3CRETnew"}`
	const app2 = `{"appId":"wxfedcba9876543210","appSecret":"S3CRETtwo"}`
	for name, row := range map[string]struct {
		secret, input, args string
		status              int
		want                string
		// defaultApp and secretOf are what is then stored; "" if nothing changed.
		defaultApp, appSecret string
	}{
		"the first app":              {newSecret, app, "", 0, "set the AppSecret of wx0123456789abcdef", "wx0123456789abcdef", "S3CRETnew"},
		"a second app":               {setSecret, app2, "", 0, "set the AppSecret of wxfedcba9876543210", "wx0123456789abcdef", "S3CRETtwo"},
		"a second app, the default":  {setSecret, app2, "--default", 0, "set", "wxfedcba9876543210", "S3CRETtwo"},
		"a replacement":              {setSecret, app, "--yes", 0, "set", "wx0123456789abcdef", "S3CRETnew"},
		"a replacement, unconfirmed": {setSecret, app, "", 1, "--yes", "", ""},
		"as PowerShell pipes it":     {newSecret, "\uFEFF" + app + "\r\n", "", 0, "set the AppSecret of wx0123456789abcdef", "wx0123456789abcdef", "S3CRETnew"},
		"no input":                   {newSecret, "", "", 1, "standard input must be", "", ""},
		"a mark alone":               {newSecret, "\uFEFF", "", 1, "standard input must be", "", ""},
		"no JSON":                    {newSecret, "S3CRET", "", 1, "standard input must be", "", ""},
		"another field":              {newSecret, `{"appId":"wx1","appSecret":"S3CRET","sealKey":"S3CRET"}`, "", 1, "standard input must be", "", ""},
		"another type":               {newSecret, `{"appId":"wx1","appSecret":["S3CRET"]}`, "", 1, "standard input must be", "", ""},
		"two apps":                   {newSecret, app + app2, "", 1, "more than one", "", ""},
		"too much":                   {newSecret, strings.Repeat(" ", maxSecretInput) + app, "", 1, "larger", "", ""},
		"placeholders":               {newSecret, `{"appId":"wx1","appSecret":"REPLACE_ME"}`, "", 1, "placeholder", "", ""},
		"a space in the AppSecret":   {newSecret, `{"appId":"wx1","appSecret":"S3CRET "}`, "", 1, "space", "", ""},
		"no appid":                   {newSecret, `{"appId":"wx 1","appSecret":"S3CRET"}`, "", 1, "appId is no AppID: it has 4 characters", "", ""},
		"a secret that is no JSON":   {"S3CRET", app, "", 1, "not a JSON object", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			double := secretStack(t, row.secret)
			status, out, errors := onStack(t, row.input, "secret set "+row.args)
			if status != row.status || !strings.Contains(out+errors, row.want) {
				t.Errorf("status %d: %s%s", status, out, errors)
			}
			if row.defaultApp == "" {
				if got := double.Value(testSecretID); got != row.secret {
					t.Errorf("it was changed to %s", got)
				}
				return
			}
			s := stored(t, double)
			var set struct{ AppID string }
			_ = json.Unmarshal(bom.Trim([]byte(row.input)), &set)
			if s.DefaultApp != row.defaultApp || string(s.Apps[set.AppID].Secret) != row.appSecret || s.SealKeys[0] != (login.SealKey{ID: "0", Key: testSealKey}) {
				t.Errorf("stored is %s", double.Value(testSecretID))
			}
		})
	}
}

func TestSecretKeys(t *testing.T) {
	double := secretStack(t, setSecret)
	if status, out, errors := onStack(t, "", "secret new-seal-key"); status != 0 || !strings.Contains(out, "added the seal key 1") {
		t.Errorf("status %d: %s%s", status, out, errors)
	}
	status, key, errors := onStack(t, "", "secret add-service orders")
	if status != 0 || !strings.Contains(errors, "only this once") {
		t.Errorf("status %d: %s", status, errors)
	}
	s := stored(t, double)
	if len(s.SealKeys) != 2 || s.SealKeys[0].ID != "1" || s.SealKeys[1].Key != testSealKey {
		t.Errorf("the seal keys are %s", double.Value(testSecretID))
	}
	if services := storedServices(t, double); len(services) != 1 || services[0] != (login.ServiceKey{ID: "orders", Key: login.Hidden(strings.TrimSuffix(key, "\n"))}) {
		t.Errorf("what is printed is not the key of orders: %q", key)
	}
	if strings.Contains(double.Value(testSecretID), "orders") {
		t.Error("the key is in the secret of the AppSecrets")
	}
	if status, out, errors := onStack(t, "", "secret check"); status != 0 || !strings.Contains(out, ", 1 service (orders)\n") {
		t.Errorf("status %d: %s%s", status, out, errors)
	}
	if status, _, errors := onStack(t, "", "secret add-service orders"); status != 1 || !strings.Contains(errors, "already") {
		t.Errorf("twice: status %d: %s", status, errors)
	}
	if status, _, errors := onStack(t, "", "secret add-service bad/id"); status != 1 || !strings.Contains(errors, "services[1].id must be") {
		t.Errorf("a bad id: status %d: %s", status, errors)
	}
	if status, _, errors := onStack(t, "", "secret remove-service orders"); status != 1 || !strings.Contains(errors, "--yes") || len(storedServices(t, double)) != 1 {
		t.Errorf("unconfirmed: status %d: %s", status, errors)
	}
	if status, _, errors := onStack(t, "", "secret remove-service orders --yes"); status != 0 || len(storedServices(t, double)) != 0 {
		t.Errorf("status %d: %s", status, errors)
	}
	if status, _, errors := onStack(t, "", "secret remove-service orders --yes"); status != 1 || !strings.Contains(errors, "no service") {
		t.Errorf("removed twice: status %d: %s", status, errors)
	}

	status, key, errors = onStack(t, "", "secret new-directory-key")
	if status != 0 || string(stored(t, double).DirectoryKey)+"\n" != key {
		t.Errorf("status %d: %s%s", status, key, errors)
	}
	before := double.Value(testSecretID)
	if status, _, errors := onStack(t, "", "secret new-directory-key"); status != 1 || !strings.Contains(errors, "--yes") || double.Value(testSecretID) != before {
		t.Errorf("replacing it unconfirmed: status %d: %s", status, errors)
	}
}

// A key that nobody has seen is not a success.
func TestKeyThatCannotBePrinted(t *testing.T) {
	secretStack(t, setSecret)
	full, out := io.Pipe()
	full.Close()
	for _, args := range []string{"secret add-service orders", "secret new-directory-key", "secret app set wx0123456789abcdef --new-prefetch-key"} {
		var errors strings.Builder
		if status := run(t.Context(), strings.Fields(args+" --stack wxbind-dev"), console{in: strings.NewReader(""), out: out, err: &errors}); status != 1 ||
			!strings.Contains(errors.String(), "could not be printed") {
			t.Errorf("wxbind %s: status %d: %s", args, status, errors.String())
		}
	}
}

func TestSecretCheck(t *testing.T) {
	for name, row := range map[string]struct {
		secret string
		status int
		want   string
	}{
		"well formed":  {setSecret, 0, "well formed: wx0123456789abcdef, 1 seal key\n"},
		"placeholders": {newSecret, 1, "wxbind: appId is still the placeholder REPLACE_ME"},
		"no JSON":      {`{"appId":"S3CRET`, 1, "wxbind: the secret is not valid JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			secretStack(t, row.secret)
			if status, out, errors := onStack(t, "", "secret check"); status != row.status || !strings.HasPrefix(out+errors, row.want) {
				t.Errorf("status %d: %s%s", status, out, errors)
			}
		})
	}
	secretStack(t, setSecret)
	const want = `{"apps":["wx0123456789abcdef"],"defaultApp":"wx0123456789abcdef","sealKeys":["0"],"services":[],"directoryKey":false,"indexKey":false,` +
		`"policies":{"wx0123456789abcdef":{"register":[],"linkUnionId":false,"rebind":false,"phoneTrustDays":60,"acceptFrom":[],"prefetchKey":false,"push":"off","ways":["password"]}},` +
		`"warnings":["there is no index key, so nobody can be found by a phone number or a unionid"]}` + "\n"
	if status, out, _ := onStack(t, "", "secret check --json"); status != 0 || out != want {
		t.Errorf("status %d: %s", status, out)
	}
}

func TestSecretCheckOfAnEnvironment(t *testing.T) {
	folder := data(t)
	if status, _, errors := command(t, "", "secret", "check", "--data", folder); status != 1 || !strings.Contains(errors, "stand-in") {
		t.Errorf("nothing set: status %d: %s", status, errors)
	}
	t.Setenv("WX_APPID", "wx0123456789abcdef")
	t.Setenv("WX_APPSECRET", "S3CRETold")
	if status, out, errors := command(t, "", "secret", "check", "--data", folder); status != 0 || !strings.HasPrefix(out, "well formed: wx0123456789abcdef, 1 seal key, an index key\n") || strings.Contains(out, "warning") {
		t.Errorf("status %d: %s%s", status, out, errors)
	}
	if status, _, errors := command(t, "", "secret", "check", "--data", t.TempDir()); status != 1 || !strings.Contains(errors, "seal.key") {
		t.Errorf("no seal key: status %d: %s", status, errors)
	}
}

// Without a stack the secret commands change nothing.
func TestSecretCommandsThatCannotBegin(t *testing.T) {
	commands := []string{"secret set", "secret new-seal-key", "secret add-service orders", "secret remove-service orders --yes", "secret new-directory-key",
		"secret app set wx0123456789abcdef --rebind"}
	for _, args := range commands {
		status, out, errors := command(t, `{"appId":"wx1","appSecret":"S3CRET"}`, strings.Fields(args)...)
		if status != 1 || out != "" || !strings.Contains(errors, "--stack NAME") || strings.Count(errors, "\n") != 1 {
			t.Errorf("wxbind %s: status %d: %s%s", args, status, out, errors)
		}
	}
	for name, row := range map[string]struct {
		spoil func(*testing.T, *secretstest.Server)
		want  string
	}{
		"no region":       {func(t *testing.T, _ *secretstest.Server) { t.Setenv("AWS_REGION", "") }, "AWS_REGION"},
		"no credentials":  {func(t *testing.T, _ *secretstest.Server) { t.Setenv("AWS_ACCESS_KEY_ID", "") }, "no AWS credentials"},
		"no such profile": {func(t *testing.T, _ *secretstest.Server) { t.Setenv("AWS_PROFILE", "none") }, "none"},
		"not allowed":     {func(_ *testing.T, s *secretstest.Server) { s.Fail(400, "AccessDeniedException") }, "AccessDeniedException"},
		"no such secret":  {func(_ *testing.T, s *secretstest.Server) { s.Fail(400, "ResourceNotFoundException") }, "ResourceNotFoundException"},
		"no such stack": {func(t *testing.T, _ *secretstest.Server) {
			other := httptest.NewServer(cloudFormation("other", nil))
			t.Cleanup(other.Close)
			t.Setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", other.URL)
		}, "does not exist"},
		"another's stack": {func(t *testing.T, _ *secretstest.Server) {
			other := httptest.NewServer(cloudFormation("wxbind-dev", map[string]string{"Url": "x"}))
			t.Cleanup(other.Close)
			t.Setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", other.URL)
		}, "not a wxbind stack"},
	} {
		t.Run(name, func(t *testing.T) {
			double := secretStack(t, setSecret)
			row.spoil(t, double)
			for _, args := range append(commands, "secret check") {
				status, out, errors := onStack(t, `{"appId":"wx0123456789abcdef","appSecret":"S3CRETnew"}`, args)
				if status != 1 || !strings.Contains(errors, row.want) {
					t.Errorf("wxbind %s: status %d: %s%s", args, status, out, errors)
				}
			}
			if double.Value(testSecretID) != setSecret {
				t.Errorf("it was changed to %s", double.Value(testSecretID))
			}
		})
	}
}
