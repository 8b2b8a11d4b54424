//go:build sam

package contract_test

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
)

// logIn plays the whole life of a session through the handlers: a bind, a login, a logout,
// and a visit with a dead session. moto runs only one transaction at a time.
func (d *deployment) logIn() {
	tables := dynamostore.Tables{
		Bindings: d.outputs["BindingsTable"], Sessions: d.outputs["SessionsTable"], Users: d.outputs["UsersTable"], Ephemeral: d.outputs["EphemeralTable"],
		Outbox: d.outputs["OutboxTable"],
	}
	w := newWorld(d.t, dynamostore.New(dynamostore.Config{Client: dynamotest.Client(d.moto), Tables: tables}))
	c := caseNamed(d.t, "account-export-revoked")
	payload := w.prepare(d.t, c)
	answer := w.answerTo(d.t, routeFor(d.t, c, payload), payload)
	if text, body := bodyOf(d.t, answer); answer.StatusCode != c.Status || body.Error != c.Error {
		d.t.Errorf("after bind and logout the session gives %d: %s", answer.StatusCode, text)
	}
}

// operate does what docs/operations.md says about a first deployment, with the built
// command. moto's CloudFormation loses some properties of tables. These are set as doctor
// says.
func (d *deployment) operate() {
	binary := filepath.Join(d.t.TempDir(), "wxbind")
	if out, err := exec.CommandContext(d.t.Context(), "go", "build", "-o", binary, "../../../cmd/wxbind").CombinedOutput(); err != nil {
		d.t.Fatalf("%v\n%s", err, out)
	}
	run := func(input string, arguments ...string) (string, error) {
		ctx, cancel := context.WithTimeout(d.t.Context(), time.Minute)
		defer cancel()
		command := exec.CommandContext(ctx, binary, append(arguments, "--stack", stackName)...)
		command.Env, command.Stdin = d.environment(), strings.NewReader(input)
		out, err := command.CombinedOutput()
		return string(out), err
	}
	must := func(input string, arguments ...string) string {
		d.t.Helper()
		out, err := run(input, arguments...)
		if err != nil {
			d.t.Errorf("wxbind %s: %v\n%s", strings.Join(arguments, " "), err, out)
		}
		return out
	}
	if out, err := run("", "doctor"); err == nil || !strings.Contains(out, "REPLACE_ME") {
		d.t.Errorf("doctor does not see the placeholder: %v\n%s", err, out)
	}
	must(fmt.Sprintf(`{"appId":%q,"appSecret":%q}`, events.AppID, appSecret), "secret", "set", "--yes")
	must("a-password-of-hers\n", "user", "add", "alice")
	if out := must("", "user", "show", "alice"); !strings.Contains(out, "alice") {
		d.t.Errorf("user show says %s", out)
	}
	client := dynamotest.Client(d.moto)
	for _, schema := range dynamostore.Schema {
		name := aws.String(d.outputs[schema.Name+"Table"])
		if schema.TTL != "" {
			_, err := client.UpdateTimeToLive(d.t.Context(), &dynamodb.UpdateTimeToLiveInput{
				TableName: name, TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String(schema.TTL), Enabled: aws.Bool(true)},
			})
			d.fatal(err)
		}
		if schema.Name != "Ephemeral" {
			_, err := client.UpdateContinuousBackups(d.t.Context(), &dynamodb.UpdateContinuousBackupsInput{
				TableName: name, PointInTimeRecoverySpecification: &types.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: aws.Bool(true)},
			})
			d.fatal(err)
		}
	}
	must("", "doctor")
	must("", "secret", "new-seal-key")
	must("", "secret", "add-service", "orders")
	must("", "secret", "check")
	must("", "secret", "remove-service", "orders", "--yes")
}
