package contract_test

import (
	"bytes"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
)

// docs/sam-local.md stores users with `aws dynamodb batch-write-item`. They are the users
// of the events, as dynamostore stores them.
func TestUsersOfSAMLocal(t *testing.T) {
	endpoint := dynamotest.Endpoint(t)
	client := dynamotest.Client(endpoint)
	tables := dynamotest.NewTables(t, client)
	items := bytes.Replace(read(t, "events/users.json"), []byte(`"wxbind-Users"`), []byte(`"`+tables.Users+`"`), 1)
	batchWrite(t, endpoint, items)

	store := dynamostore.New(dynamostore.Config{Client: client, Tables: tables})
	for id, name := range map[string]string{events.UserID: events.Username, events.OtherUserID: events.OtherUsername} {
		found, err := store.UserIDByName(t.Context(), name)
		if err != nil || found != id {
			t.Errorf("%s is %q, want %q: %v", name, found, id, err)
		}
		u, p, err := store.UserWithPassword(t.Context(), id)
		if err != nil || u.Username != name || u.Disabled || u.Epoch == "" || u.PasswordID != p.ID || len(u.Apps) > 0 {
			t.Errorf("%s is stored as %+v: %v", name, u, err)
		}
		if ok, outdated, err := hasher.Verify(t.Context(), p.Hash, events.Password, nil); !ok || outdated || err != nil {
			t.Errorf("the password of %s is right: %v, outdated: %v, %v", name, ok, outdated, err)
		}
	}
}

var (
	regionExported = regexp.MustCompile(`AWS_DEFAULT_REGION=(\S+)`)
	eventNamed     = regexp.MustCompile(`events/([a-z0-9-]+)\.json`)
	eventPrinted   = regexp.MustCompile("go run \\./events/cmd (\\S+)([^|\n`]*) \\| sam local invoke ([A-Za-z0-9]+)")
	functionNamed  = regexp.MustCompile(`[A-Z][A-Za-z0-9]*Function\b`)
)

// Secrets Manager keeps a secret in one Region. It must be samconfig.toml's, which
// `sam local` passes to the functions.
func TestRegionOfSAMLocal(t *testing.T) {
	region := samConfig(t)["default"]["global"]["region"]
	exported := regionExported.FindAllSubmatch(read(t, "docs/sam-local.md"), -1)
	if len(exported) != 1 || string(exported[0][1]) != region {
		t.Errorf("docs/sam-local.md exports %q, and samconfig.toml has %s", exported, region)
	}
}

func TestNamesOfSAMLocal(t *testing.T) {
	page, resources := read(t, "docs/sam-local.md"), theTemplate(t).Resources
	functions := functionNamed.FindAll(page, -1)
	if len(functions) == 0 {
		t.Error("docs/sam-local.md names no function")
	}
	for _, function := range functions {
		if _, ok := resources[string(function)]; !ok {
			t.Errorf("template.yaml has no %s", function)
		}
	}
	for _, event := range eventNamed.FindAllSubmatch(page, -1) {
		if name := string(event[1]); name != "env" && name != "users" {
			if _, err := events.CaseNamed(name); err != nil {
				t.Error(err)
			}
			read(t, "events/"+name+".json")
		}
	}
}

// Each event that docs/sam-local.md prints exists, gets what it needs, and goes to its
// function.
func TestEventsOfSAMLocal(t *testing.T) {
	printed := eventPrinted.FindAllStringSubmatch(string(read(t, "docs/sam-local.md")), -1)
	if len(printed) == 0 {
		t.Error("docs/sam-local.md has no event printed")
	}
	for _, command := range printed {
		c := caseNamed(t, command[1])
		var scene events.Scene
		words := strings.Fields(command[2])
		if len(words)%2 != 0 {
			t.Fatalf("%s: a flag without a value", command[0])
		}
		for pair := range slices.Chunk(words, 2) {
			switch flag, value := pair[0], pair[1]; flag {
			case "-code":
				scene.Code = value
			case "-token":
				scene.Token = login.Hidden(value)
			case "-session":
				scene.Session = value
			default:
				t.Errorf("%s: no flag %s", command[0], flag)
			}
		}
		if _, err := scene.Event(c); err != nil {
			t.Errorf("%s: %v", command[0], err)
		}
		if !strings.EqualFold(c.Function()+"Function", command[3]) {
			t.Errorf("%s is for %s", c.Name, c.Function())
		}
	}
}

// batchWrite sends a BatchWriteItem as it is. DynamoDB Local does not check signatures.
func batchWrite(t *testing.T, endpoint string, items []byte) {
	t.Helper()
	body := append(append([]byte(`{"RequestItems":`), items...), '}')
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, endpoint, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-amz-json-1.0")
	request.Header.Set("X-Amz-Target", "DynamoDB_20120810.BatchWriteItem")
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if text, err := io.ReadAll(answer.Body); err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%d: %s, %v", answer.StatusCode, text, err)
	}
}
