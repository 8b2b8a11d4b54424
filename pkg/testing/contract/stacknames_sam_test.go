//go:build sam

package contract_test

import (
	"fmt"
	"strings"
)

// ref is what Ref returns for a parameter or a resource. It differs by type: see "Return
// values" of each in
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
func (e evaluation) ref(name string) (string, error) {
	switch name {
	case "AWS::Partition":
		return e.stack.partition, nil
	case "AWS::Region":
		return e.stack.region, nil
	case "AWS::URLSuffix":
		return e.stack.suffix, nil
	case "AWS::AccountId":
		return account, nil
	case "AWS::StackName":
		return stackName, nil
	case "AWS::StackId":
		return e.stack.arn("cloudformation", "stack/"+stackName+"/"+stackUUID), nil
	}
	if value, ok := e.stack.parameters[name]; ok {
		return value, nil
	}
	kind, err := e.kindOf(name)
	if err != nil {
		return "", err
	}
	switch kind {
	case "AWS::ApiGatewayV2::Api", "AWS::CloudWatch::Alarm", "AWS::CodeDeploy::Application", "AWS::CodeDeploy::DeploymentGroup",
		"AWS::DynamoDB::Table", "AWS::IAM::Role", "AWS::Lambda::Function":
		return name, nil
	case "AWS::ApiGatewayV2::DomainName":
		return e.property(name, "DomainName")
	case "AWS::ApiGatewayV2::Stage":
		return e.property(name, "StageName")
	case "AWS::Logs::LogGroup":
		return e.property(name, "LogGroupName")
	case "AWS::SecretsManager::Secret":
		return e.stack.arn("secretsmanager", "secret:"+name), nil
	case "AWS::Lambda::Alias":
		function, err := e.property(name, "FunctionName")
		if err != nil {
			return "", err
		}
		alias, err := e.property(name, "Name")
		return e.stack.arn("lambda", "function:"+function+":"+alias), err
	}
	return "", fmt.Errorf("it does not know what Ref gives of %s, %s", name, kind)
}

// attribute is what GetAtt returns.
func (e evaluation) attribute(id, name string) (string, error) {
	kind, err := e.kindOf(id)
	if err != nil {
		return "", err
	}
	switch kind + " " + name {
	case "AWS::DynamoDB::Table Arn":
		return e.stack.arn("dynamodb", "table/"+id), nil
	case "AWS::DynamoDB::Table StreamArn":
		return e.stack.arn("dynamodb", "table/"+id+"/stream/1"), nil
	case "AWS::Lambda::Function Arn":
		return e.stack.arn("lambda", "function:"+id), nil
	case "AWS::IAM::Role Arn":
		return e.stack.roleARN(id), nil
	case "AWS::CloudWatch::Alarm Arn":
		return e.stack.arn("cloudwatch", "alarm:"+id), nil
	case "AWS::Logs::LogGroup Arn":
		group, err := e.property(id, "LogGroupName")
		return e.stack.arn("logs", "log-group:"+group+":*"), err
	case "AWS::Lambda::Version Version":
		return id, nil
	case "AWS::ApiGatewayV2::DomainName RegionalDomainName":
		return "d-" + strings.ToLower(id) + ".execute-api." + e.stack.region + "." + e.stack.suffix, nil
	}
	return "", fmt.Errorf("it does not know %s of %s, %s", name, id, kind)
}

// kindOf returns the type of a resource. A resource that does not exist is an error.
func (e evaluation) kindOf(id string) (string, error) {
	r, ok := e.template.Resources[id]
	if !ok || r.Condition != "" && !e.stack.conditions[r.Condition] {
		return "", fmt.Errorf("there is no %s", id)
	}
	return r.Type, nil
}

func (e evaluation) property(id, name string) (string, error) {
	return e.text(object(e.template.Resources[id].Properties)[name])
}

func (s *stack) arn(service, resource string) string {
	return "arn:" + s.partition + ":" + service + ":" + s.region + ":" + account + ":" + resource
}

// roleARN has no Region, as roles have none.
func (s *stack) roleARN(id string) string {
	return "arn:" + s.partition + ":iam::" + account + ":role/" + id
}

// invocation is the address at which API Gateway calls a function's alias.
func (s *stack) invocation(function string) string {
	return "arn:" + s.partition + ":apigateway:" + s.region + ":lambda:path/2015-03-31/functions/" +
		s.arn("lambda", "function:"+function+":live") + "/invocations"
}
