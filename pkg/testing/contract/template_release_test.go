package contract_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"testing"
)

// Every function is called only through its alias. CodeDeploy moves the alias, and rolls
// back when one of our alarms goes off.
func TestReleases(t *testing.T) {
	tpl := theTemplate(t)
	function := tpl.Globals.Function
	if function.AutoPublishAlias != "live" || !function.AutoPublishAliasAllProperties {
		t.Errorf("the alias is %q, for every change: %v", function.AutoPublishAlias, function.AutoPublishAliasAllProperties)
	}
	alarms, ok := function.DeploymentPreference["Alarms"].(map[string]any)["Fn::If"].([]any)
	if !ok || len(alarms) != 3 || alarms[0] != "RollsBack" || !reflect.DeepEqual(alarms[2], []any{ref("AWS::NoValue")}) {
		t.Fatalf("the alarms are %v", function.DeploymentPreference["Alarms"])
	}
	delete(function.DeploymentPreference, "Alarms")
	if want := map[string]any{
		"Type": ref("Deployment"), "Role": map[string]any{"Fn::GetAtt": "DeploymentRole.Arn"}, "PassthroughCondition": true,
	}; !reflect.DeepEqual(function.DeploymentPreference, want) {
		t.Errorf("functions are released by %v, want %v", function.DeploymentPreference, want)
	}
	all, _ := theAlarms(t, tpl)
	back := alarms[1].([]any)
	if len(back) == 0 || len(back) > 10 { // what CodeDeploy takes
		t.Errorf("%d alarms bring a release back", len(back))
	}
	for _, alarm := range back {
		id, _ := alarm.(map[string]any)["Ref"].(string)
		r := tpl.Resources[id]
		if r.Type != "AWS::CloudWatch::Alarm" || r.Condition != "" {
			t.Errorf("%v brings releases back and is %+v", alarm, r)
		}
		// The shortest canary takes 5 minutes, and CloudWatch is some minutes late.
		if seconds := all[id].period() * all[id].EvaluationPeriods; seconds < 1 || seconds > 180 {
			t.Errorf("%s needs %d s to begin", id, seconds)
		}
		// The API refers to the aliases, these to the deployment groups, and these to the
		// alarms: CloudFormation refuses a circle.
		walk(id, r.Properties, func(path string, value any) {
			if value == "Api" || value == "Api.Stage" {
				t.Errorf("%s refers to the API", path)
			}
		})
	}
	for id, r := range tpl.Resources {
		if r.Type != "AWS::Serverless::Function" {
			continue
		}
		for _, own := range []string{"AutoPublishAlias", "AutoPublishAliasAllProperties", "DeploymentPreference"} {
			if _, ok := r.Properties[own]; ok {
				t.Errorf("%s has %s of its own", id, own)
			}
		}
	}
}

// CodeDeploy may move the aliases of these functions and of no others. In AWS China the
// name of its principal contains the Region.
func TestDeploymentRole(t *testing.T) {
	tpl := theTemplate(t)
	var role struct {
		AssumeRolePolicyDocument struct {
			Statement []struct{ Principal map[string]any }
		}
		Policies []struct {
			PolicyDocument struct {
				Statement []struct {
					Effect           string
					Action, Resource any
				}
			}
		}
		ManagedPolicyArns []any
	}
	into(t, tpl.Resources["DeploymentRole"].Properties, &role)
	trust := map[string]any{"Service": map[string]any{"Fn::Sub": "codedeploy.${AWS::Region}.${AWS::URLSuffix}"}}
	if s := role.AssumeRolePolicyDocument.Statement; len(s) != 1 || !reflect.DeepEqual(s[0].Principal, trust) {
		t.Errorf("the role is assumed by %+v", s)
	}
	if len(role.Policies) != 1 || len(role.ManagedPolicyArns) != 0 || len(role.Policies[0].PolicyDocument.Statement) != 2 {
		t.Fatalf("the role is %+v", role)
	}
	moves, looks := role.Policies[0].PolicyDocument.Statement[0], role.Policies[0].PolicyDocument.Statement[1]
	if looks.Action != "cloudwatch:DescribeAlarms" || looks.Resource != "*" {
		t.Errorf("beside the aliases it may %+v", looks)
	}
	if want := []any{"lambda:GetAlias", "lambda:GetProvisionedConcurrencyConfig", "lambda:UpdateAlias"}; !reflect.DeepEqual(moves.Action, want) {
		t.Errorf("it may %v, want %v", moves.Action, want)
	}
	var functions []any
	for id, r := range tpl.Resources {
		if r.Type != "AWS::Serverless::Function" {
			continue
		}
		var function any = map[string]any{"Fn::Sub": "${" + id + ".Arn}*"}
		if r.Condition != "" {
			function = choice(r.Condition, function, ref("AWS::NoValue"))
		}
		functions = append(functions, function)
	}
	if got, _ := moves.Resource.([]any); !sameElements(got, functions) {
		t.Errorf("it may move the aliases of %v, want %v", moves.Resource, functions)
	}
}

// SAM publishes a version when the code or the template has changed, but does not notice a
// changed parameter. So the file with the parameters is part of the code.
func TestParametersAreReleased(t *testing.T) {
	bin, artifacts := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "go"), []byte(goStub), 0o755); err != nil {
		t.Fatal(err)
	}
	read(t, "Makefile") // so that go test knows what its cached result rests on
	read(t, "sam/arm64/Makefile")
	make := exec.CommandContext(t.Context(), "make", "--makefile", "sam/arm64/Makefile", "build-CheckBindFunction")
	make.Dir = root
	make.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "GO_CALLS="+os.DevNull, "ARTIFACTS_DIR="+artifacts)
	if out, err := make.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	built, err := os.ReadFile(filepath.Join(artifacts, "samconfig.toml"))
	if err != nil || !bytes.Equal(built, read(t, "samconfig.toml")) {
		t.Errorf("the code has no copy of samconfig.toml: %v", err)
	}
}
