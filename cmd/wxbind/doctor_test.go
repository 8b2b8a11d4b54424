package main

import (
	"encoding/json"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/doctor"
	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
	"github.com/wxbind/wxbind/pkg/testing/secretstest"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// examined runs doctor, and returns the status and the lines by check.
func examined(t *testing.T, args ...string) (status int, lines map[string]doctor.Finding) {
	t.Helper()
	status, out, errors := command(t, "", append([]string{"doctor", "--json"}, args...)...)
	var report struct {
		Checks []doctor.Finding
		Failed int
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatalf("%v: %s%s", err, out, errors)
	}
	if strings.Contains(out+errors, "S3CRET") {
		t.Errorf("a secret shows: %s%s", out, errors)
	}
	if (status == 1) != (report.Failed > 0) || (status == 1) != strings.Contains(errors, "checks failed") {
		t.Errorf("status %d with %d failures: %s", status, report.Failed, errors)
	}
	lines = map[string]doctor.Finding{}
	for _, f := range report.Checks {
		lines[f.Check] = f
	}
	if len(lines) != len(report.Checks) {
		t.Errorf("two lines have the same name: %s", out)
	}
	return status, lines
}

// weChat is a stand-in that knows the app of setSecret.
func weChat(t *testing.T) *wechattest.Server {
	t.Helper()
	s := wechattest.New(wechattest.Config{Apps: map[string]string{"wx0123456789abcdef": "S3CRETold"}})
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	t.Setenv("WECHAT_API_BASE", server.URL)
	return s
}

func TestDoctorOnADeployedStack(t *testing.T) {
	endpoint := dynamotest.Endpoint(t)
	client := dynamotest.Client(endpoint)
	tables := dynamotest.NewTables(t, client)
	for _, name := range []string{tables.Sessions, tables.Ephemeral} {
		if _, err := client.UpdateTimeToLive(t.Context(), &dynamodb.UpdateTimeToLiveInput{
			TableName: &name, TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String("ttl"), Enabled: aws.Bool(true)},
		}); err != nil {
			t.Fatal(err)
		}
	}
	double := secretStack(t, setSecret)
	outputs := map[string]string{
		"SecretArn": testSecretID, "ServicesSecretArn": testServicesID, "BindingsTable": tables.Bindings, "SessionsTable": tables.Sessions,
		"UsersTable": tables.Users, "EphemeralTable": tables.Ephemeral,
	}
	stacks := httptest.NewServer(cloudFormation("wxbind-dev", outputs))
	defer stacks.Close()
	t.Setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", stacks.URL)
	t.Setenv("AWS_ENDPOINT_URL_DYNAMODB", endpoint)
	far := weChat(t)

	if status, lines := examined(t, "--stack", "wxbind-dev"); status != 0 {
		t.Errorf("a healthy stack: %+v", lines)
	}
	far.SetIPList("wx0123456789abcdef", netip.MustParseAddr("203.0.113.7"))
	outputs["UsersTable"] = "none"
	status, lines := examined(t, "--stack", "wxbind-dev")
	if f := lines["WeChat wx0123456789abcdef"]; status != 1 || f.Status != doctor.Fail || !strings.Contains(f.Says, "127.0.0.1") {
		t.Errorf("not in the IP list: %+v", f)
	}
	if f := lines["Users keys"]; f.Status != doctor.Fail || !strings.Contains(f.Says, "no table none") {
		t.Errorf("a table gone: %+v", f)
	}
	if f := lines["secret"]; f.Status != doctor.OK {
		t.Errorf("the secret: %+v", f)
	}
	if f := lines["services"]; f.Status != doctor.OK {
		t.Errorf("the services: %+v", f)
	}
	double.Put(testServicesID, "S3CRET")
	double.Put(testSecretID, newSecret)
	_, lines = examined(t, "--stack", "wxbind-dev")
	if f := lines["secret"]; f.Status != doctor.Fail || !strings.Contains(f.Says, "placeholder") || !strings.Contains(f.Do, "wxbind secret set --stack wxbind-dev") {
		t.Errorf("placeholders: %+v", f)
	}
	if f := lines["services"]; f.Status != doctor.Fail || !strings.Contains(f.Says, "not a JSON object") {
		t.Errorf("services that cannot be read: %+v", f)
	}
}

func TestDoctorWithoutAStack(t *testing.T) {
	for name, row := range map[string]struct {
		spoil func(*testing.T, *secretstest.Server)
		check string
		says  string
	}{
		"no region":      {func(t *testing.T, _ *secretstest.Server) { t.Setenv("AWS_REGION", "") }, "settings", "AWS_REGION"},
		"no credentials": {func(t *testing.T, _ *secretstest.Server) { t.Setenv("AWS_ACCESS_KEY_ID", "") }, "settings", "no AWS credentials"},
		"no such stack": {func(t *testing.T, _ *secretstest.Server) {
			other := httptest.NewServer(cloudFormation("other", nil))
			t.Cleanup(other.Close)
			t.Setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", other.URL)
		}, "stack", "does not exist"},
		"another's stack": {func(*testing.T, *secretstest.Server) {}, "stack", "do not name the tables"},
	} {
		t.Run(name, func(t *testing.T) {
			row.spoil(t, secretStack(t, setSecret))
			status, lines := examined(t, "--stack", "wxbind-dev")
			if f := lines[row.check]; status != 1 || f.Status != doctor.Fail || !strings.Contains(f.Says, row.says) || f.Do == "" {
				t.Errorf("status %d: %+v", status, lines)
			}
			if lines["the rest"].Status != doctor.Skip {
				t.Errorf("the rest: %+v", lines)
			}
		})
	}
}

func TestDoctorOnAnEmbeddedStore(t *testing.T) {
	folder := data(t)
	status, lines := examined(t, "--data", folder)
	if status != 0 || lines["settings"].Status != doctor.Warn || !strings.Contains(lines["settings"].Says, "stand-in") || lines["store"].Status != doctor.OK {
		t.Errorf("status %d: %+v", status, lines)
	}
	weChat(t)
	t.Setenv("WX_APPID", "wx0123456789abcdef")
	t.Setenv("WX_APPSECRET", "S3CRETold")
	status, lines = examined(t, "--data", folder)
	if status != 0 || lines["settings"].Status != doctor.OK || lines["WeChat wx0123456789abcdef"].Status != doctor.OK || lines["clock"].Status != doctor.OK {
		t.Errorf("status %d: %+v", status, lines)
	}
	if _, out, _ := command(t, "", "doctor", "--data", folder); !strings.HasPrefix(out, "ok    settings ") {
		t.Errorf("for people: %s", out)
	}
	t.Setenv("WX_APPSECRET", "S3CRETwrong")
	if status, lines = examined(t, "--data", folder); status != 1 || lines["WeChat wx0123456789abcdef"].Status != doctor.Fail {
		t.Errorf("status %d: %+v", status, lines)
	}
	for variable, check := range map[string]string{"WX_APPID": "settings", "WECHAT_API_BASE": "WeChat", "WXBIND_DIRECTORY_URL": "directory"} {
		t.Run(variable, func(t *testing.T) {
			t.Setenv(variable, "ftp://S3CRET REPLACE_ME")
			if status, lines := examined(t, "--data", folder); status != 1 || lines[check].Status != doctor.Fail {
				t.Errorf("status %d: %+v", status, lines)
			}
		})
	}
}

func TestDoctorMakesNothing(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "mistyped")
	if status, lines := examined(t, "--data", folder); status != 1 || lines["store"].Status != doctor.Fail {
		t.Errorf("status %d: %+v", status, lines)
	}
	if _, err := os.Stat(folder); !os.IsNotExist(err) {
		t.Errorf("the folder is there: %v", err)
	}
	folder = data(t)
	if err := os.Remove(sealKeyIn(folder)); err != nil {
		t.Fatal(err)
	}
	if status, lines := examined(t, "--data", folder); status != 1 || lines["seal key"].Status != doctor.Fail {
		t.Errorf("status %d: %+v", status, lines)
	}
	if _, err := os.Stat(sealKeyIn(folder)); !os.IsNotExist(err) {
		t.Errorf("it has made a seal key: %v", err)
	}
}
