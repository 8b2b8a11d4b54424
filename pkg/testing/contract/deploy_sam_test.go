//go:build sam

package contract_test

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cfntypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	ddbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
	"github.com/wxbind/wxbind/pkg/testing/mototest"
	"github.com/wxbind/wxbind/pkg/testing/samtest"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// notOnMoto lists the stack's types that moto 5.2.1 does not create. Its CloudFormation
// skips them, or fails at a resource that refers to a skipped one. Without AWS, only
// TestSAMStacks checks these.
var notOnMoto = []string{
	"AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::ApiMapping", "AWS::ApiGatewayV2::DomainName", "AWS::ApiGatewayV2::Stage",
	"AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard", "AWS::CodeDeploy::Application", "AWS::CodeDeploy::DeploymentGroup",
	"AWS::Lambda::Alias", "AWS::Lambda::EventSourceMapping", "AWS::Lambda::Permission", "AWS::Lambda::Version", "AWS::Logs::MetricFilter", "AWS::SecretsManager::Secret",
}

// deployment is a stack on moto.
type deployment struct {
	t    *testing.T
	moto string
	// secretARNs are by logical ids.
	secretARNs map[string]string
	stacks     *cloudformation.Client
	outputs    map[string]string
	made       map[string]cfntypes.StackResource
}

// The template's tables, as deployed, are those that the code and the command use. From
// there an operator gets to a stack that doctor finds healthy.
func TestSAMDeploy(t *testing.T) {
	d := &deployment{t: t, moto: mototest.Start(t)}
	weChat := httptest.NewServer(wechattest.New(wechattest.Config{Apps: map[string]string{events.AppID: appSecret}}))
	t.Cleanup(weChat.Close)
	d.storeSecrets()
	template := d.translated()
	// With the sample and a bus, because moto makes something of the AWS::NoValue that stands for them.
	d.create(template, map[string]string{"WeChatApiBase": weChat.URL, "Architecture": "x86_64", "SampleRoute": "true", "EventBus": "platform"})

	t.Run("what was made", func(t *testing.T) { d.t = t; d.readBack(template) })
	t.Run("a login on its tables", func(t *testing.T) { d.t = t; d.logIn() })
	t.Run("its operator", func(t *testing.T) { d.t = t; d.operate() })
}

func (d *deployment) fatal(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// storeSecrets stores what CloudFormation would have generated.
func (d *deployment) storeSecrets() {
	client := secretsmanager.New(secretsmanager.Options{BaseEndpoint: &d.moto, Region: "us-east-1", Credentials: madeUp})
	d.secretARNs = map[string]string{}
	for id, text := range map[string]string{
		"Secret":         `{"appId":"REPLACE_ME","appSecret":"REPLACE_ME","sealKey":"` + strings.Repeat("k", 64) + `"}`,
		"ServicesSecret": `{"services":[],"unused":"` + strings.Repeat("u", 32) + `"}`,
	} {
		made, err := client.CreateSecret(d.t.Context(), &secretsmanager.CreateSecretInput{Name: aws.String("wxbind-" + id), SecretString: &text})
		d.fatal(err)
		d.secretARNs[id] = *made.ARN
	}
}

var madeUp = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
})

// environment is what makes the AWS CLI, the SAM CLI and wxbind use moto as AWS.
func (d *deployment) environment() []string {
	return append(os.Environ(), "AWS_ENDPOINT_URL="+d.moto, "AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1",
		"AWS_ACCESS_KEY_ID=local", "AWS_SECRET_ACCESS_KEY=local", "SAM_CLI_TELEMETRY=0")
}

// translated is the template as AWS would translate it, with the code where `sam package`
// puts it.
func (d *deployment) translated() translated {
	d.t.Helper()
	d.send(http.MethodPut, "s3", "/code", nil)
	ctx, cancel := context.WithTimeout(d.t.Context(), 5*time.Minute)
	defer cancel()
	packaged := filepath.Join(d.t.TempDir(), "packaged.yaml")
	sam := exec.CommandContext(ctx, filepath.Join(samtest.Folder(d.t, samtest.CLI), "bin", "sam"), "package",
		"--template-file", filepath.Join(samtest.Folder(d.t, samtest.Build), "x86_64", "template.yaml"),
		"--s3-bucket", "code", "--region", "us-east-1", "--output-template-file", packaged)
	sam.Env = d.environment()
	if out, err := sam.CombinedOutput(); err != nil {
		d.t.Fatalf("sam package: %v\n%s", err, out)
	}
	text, err := os.ReadFile(packaged)
	d.fatal(err)
	return translate(d.t, []translation{{string(text), "us-east-1", map[string]string{"Architecture": "x86_64"}}})[0]
}

// create creates as much of the stack as moto can. It uses the secrets that are already stored.
func (d *deployment) create(template translated, parameters map[string]string) {
	d.t.Helper()
	resources, leftOut := map[string]any{}, map[string]bool{}
	for id, r := range template.Resources {
		if r.Condition == "HasKmsKey" {
			continue // there is none
		}
		if slices.Contains(notOnMoto, r.Type) {
			leftOut[r.Type] = true
			continue
		}
		resources[id] = map[string]any{"Type": r.Type, "Properties": r.Properties}
	}
	if got := slices.Sorted(maps.Keys(leftOut)); !slices.Equal(got, notOnMoto) {
		d.t.Errorf("left out is %v, want %v", got, notOnMoto)
	}
	outputs := map[string]any{"SecretArn": map[string]any{"Value": ref("Secret")}, "ServicesSecretArn": map[string]any{"Value": ref("ServicesSecret")}}
	for _, schema := range dynamostore.Schema {
		outputs[schema.Name+"Table"] = map[string]any{"Value": template.Outputs[schema.Name+"Table"].Value}
	}
	text, err := json.Marshal(map[string]any{
		"Parameters": template.Parameters, "Conditions": template.Conditions, "Resources": resources, "Outputs": outputs,
	})
	d.fatal(err)
	for id, arn := range d.secretARNs {
		text = bytes.ReplaceAll(text, []byte(`{"Ref":"`+id+`"}`), []byte(`"`+arn+`"`))
	}
	// CloudFormation makes a truth value of a parameter where one is asked for, moto does not.
	text = bytes.ReplaceAll(text, []byte(`{"Ref":"DeletionProtection"}`), []byte("true"))

	// What moto fails at is said once: a repeat would say that there is such a stack.
	d.stacks = cloudformation.New(cloudformation.Options{BaseEndpoint: &d.moto, Region: "us-east-1", Credentials: madeUp, Retryer: aws.NopRetryer{}})
	in := &cloudformation.CreateStackInput{
		StackName: aws.String(stackName), TemplateBody: aws.String(string(text)), Capabilities: []cfntypes.Capability{cfntypes.CapabilityCapabilityIam},
	}
	for name, value := range parameters {
		in.Parameters = append(in.Parameters, cfntypes.Parameter{ParameterKey: aws.String(name), ParameterValue: aws.String(value)})
	}
	_, err = d.stacks.CreateStack(d.t.Context(), in)
	d.fatal(err)
	described, err := d.stacks.DescribeStacks(d.t.Context(), &cloudformation.DescribeStacksInput{StackName: aws.String(stackName)})
	d.fatal(err)
	if s := described.Stacks[0]; s.StackStatus != cfntypes.StackStatusCreateComplete {
		d.t.Fatalf("the stack is %s", s.StackStatus)
	}
	d.outputs = map[string]string{}
	for _, o := range described.Stacks[0].Outputs {
		d.outputs[aws.ToString(o.OutputKey)] = aws.ToString(o.OutputValue)
	}
	all, err := d.stacks.DescribeStackResources(d.t.Context(), &cloudformation.DescribeStackResourcesInput{StackName: aws.String(stackName)})
	d.fatal(err)
	d.made = map[string]cfntypes.StackResource{}
	for _, r := range all.StackResources {
		d.made[aws.ToString(r.LogicalResourceId)] = r
	}
}

// send sends a request as it is. moto does not check the signature, but reads the service from it.
func (d *deployment) send(method, service, path string, into any) {
	d.t.Helper()
	request, err := http.NewRequestWithContext(d.t.Context(), method, d.moto+path, nil)
	d.fatal(err)
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/"+service+"/aws4_request, SignedHeaders=host, Signature=0")
	answer, err := http.DefaultClient.Do(request)
	d.fatal(err)
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		d.t.Fatalf("%s %s: %s", method, path, answer.Status)
	}
	if into != nil {
		d.fatal(json.NewDecoder(answer.Body).Decode(into))
	}
}

// readBack asks the services themselves for the resources that the stack claims to have created.
func (d *deployment) readBack(template translated) {
	for id, r := range template.Resources {
		if r.Condition != "HasKmsKey" && !slices.Contains(notOnMoto, r.Type) && aws.ToString(d.made[id].PhysicalResourceId) == "" {
			d.t.Errorf("there is no %s, %s", id, r.Type)
		}
	}
	client := dynamotest.Client(d.moto)
	for _, schema := range dynamostore.Schema {
		out, err := client.DescribeTable(d.t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String(d.outputs[schema.Name+"Table"])})
		d.fatal(err)
		keys := map[ddbtypes.KeyType]string{}
		for _, k := range out.Table.KeySchema {
			keys[k.KeyType] = *k.AttributeName
		}
		if keys[ddbtypes.KeyTypeHash] != schema.PartitionKey || keys[ddbtypes.KeyTypeRange] != schema.SortKey || !aws.ToBool(out.Table.DeletionProtectionEnabled) {
			d.t.Errorf("%s has the keys %v, protected: %v", schema.Name, keys, aws.ToBool(out.Table.DeletionProtectionEnabled))
		}
	}
	for id, r := range d.made {
		if aws.ToString(r.ResourceType) != "AWS::Lambda::Function" {
			continue
		}
		var f struct {
			Configuration struct {
				Role, Runtime, Handler string
				MemorySize, CodeSize   int
				Environment            struct{ Variables map[string]string }
			}
		}
		d.send(http.MethodGet, "lambda", "/2015-03-31/functions/"+aws.ToString(r.PhysicalResourceId), &f)
		c := f.Configuration
		role := aws.ToString(d.made[strings.TrimSuffix(id, "Function")+"Role"].PhysicalResourceId)
		if !strings.HasSuffix(c.Role, "/"+role) || c.Runtime != "provided.al2023" || c.Handler != "bootstrap" || c.MemorySize < 128 || c.CodeSize < 1<<20 {
			d.t.Errorf("%s is %+v, want the role %s", id, c, role)
		}
		if c.Environment.Variables["WXBIND_SESSIONS_TABLE"] != d.outputs["SessionsTable"] || c.Environment.Variables["WXBIND_SECRET_ID"] != d.secretARNs["Secret"] {
			d.t.Errorf("%s has the environment %v", id, c.Environment.Variables)
		}
	}
}
