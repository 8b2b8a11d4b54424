package iamtest

import (
	"reflect"
	"strings"
	"testing"
)

const small = `
Parameters:
  Key: {Type: String}
Resources:
  AFunction:
    Type: AWS::Serverless::Function
    Properties:
      Role: !GetAtt ARole.Arn
  ARole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: []}
      Policies:
        - PolicyName: a
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: secretsmanager:GetSecretValue
                Resource: !Ref Secret
              - Effect: Allow
                Action:
                  - dynamodb:GetItem
                  - !If [Wide, dynamodb:PutItem, !Ref AWS::NoValue]
                Resource: !GetAtt Table.Arn
              - {Effect: Allow, Action: "dynamodb:GetRecords", Resource: !GetAtt Table.StreamArn}
  Tracing:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: tracing
      PolicyDocument: {Statement: [{Effect: !If [Wide, Allow, Deny], Action: "xray:Put", Resource: "*"}]}
      Roles: [!Ref ARole]
  KeyPolicy:
    Type: AWS::IAM::Policy
    Condition: HasKey
    Properties:
      PolicyName: key
      PolicyDocument:
        Statement:
          - {Effect: Allow, Action: "kms:Decrypt", Resource: !Ref Key, Condition: {StringLike: {"kms:ViaService": "dynamodb.*"}}}
      Roles: [!Ref ARole]
  Secret: {Type: AWS::SecretsManager::Secret}
  Table: {Type: AWS::DynamoDB::Table}
  Topic: {Type: AWS::SNS::Topic}
`

func TestRole(t *testing.T) {
	template, err := parse([]byte(small))
	if err != nil {
		t.Fatal(err)
	}
	if got := template.Functions(); !reflect.DeepEqual(got, []string{"AFunction"}) {
		t.Errorf("the functions are %v", got)
	}
	secret := of("Allow", OneOrMore{"secretsmanager:GetSecretValue"}, SecretARN("Secret"))
	table := "arn:aws:dynamodb:us-east-1:000000000000:table/Table"
	stream := of("Allow", OneOrMore{"dynamodb:GetRecords"}, StreamARN("Table"))
	for name, c := range map[string]struct {
		hold []string
		want Policy
	}{
		"by default": {nil, Policy{
			secret, of("Allow", OneOrMore{"dynamodb:GetItem"}, table), stream, of("Deny", OneOrMore{"xray:Put"}, "*"),
		}},
		"of a policy under a condition": {[]string{"HasKey"}, Policy{
			secret, of("Allow", OneOrMore{"dynamodb:GetItem"}, table), stream,
			{allow, OneOrMore{"kms:Decrypt"}, OneOrMore{ParameterValue("Key")}, Conditions{"StringLike": {viaService: {"dynamodb.*"}}}},
			of("Deny", OneOrMore{"xray:Put"}, "*"),
		}},
		"under a condition": {[]string{"Wide"}, Policy{
			secret, of("Allow", OneOrMore{"dynamodb:GetItem", "dynamodb:PutItem"}, table), stream, of("Allow", OneOrMore{"xray:Put"}, "*"),
		}},
	} {
		t.Run(name, func(t *testing.T) {
			role, err := template.Role("AFunction", c.hold...)
			if err != nil || !reflect.DeepEqual(role.Policy, c.want) || role.Trust != `{"Statement":[],"Version":"2012-10-17"}` {
				t.Errorf("%+v, %v; want %+v", role, err, c.want)
			}
		})
	}
}

// Anything that could allow more, or less, than is understood is an error.
func TestRoleThatIsNotUnderstood(t *testing.T) {
	for name, c := range map[string]struct{ old, replacement string }{
		"a condition of a statement":   {"                Resource: !Ref Secret", "                Resource: !Ref Secret\n                Condition: {Bool: {\"aws:SecureTransport\": true}}"},
		"all but some actions":         {"                Action: secretsmanager:GetSecretValue", "                NotAction: secretsmanager:GetSecretValue"},
		"an effect that is none":       {"- Effect: Allow\n                Action: s", "- Effect: Perhaps\n                Action: s"},
		"a statement about nothing":    {"                Resource: !Ref Secret", "                Resource: []"},
		"a policy of somebody else's":  {"      Policies:", "      ManagedPolicyArns: [\"arn:aws:iam::aws:policy/AdministratorAccess\"]\n      Policies:"},
		"a boundary":                   {"      Policies:", "      PermissionsBoundary: x\n      Policies:"},
		"a managed policy beside":      {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"},
		"a policy of the role, beside": {"AWS::IAM::Policy", "AWS::IAM::RolePolicy"},
		"a function of CloudFormation": {"!Ref Secret", "!ImportValue Secret"},
		"an attribute":                 {"!GetAtt Table.Arn", "!GetAtt Table.Other"},
		"a resource that is not there": {"!GetAtt Table.Arn", "!GetAtt Other.Arn"},
		"a resource of another kind":   {"!GetAtt Table.Arn", "!GetAtt Topic.Arn"},
		"a stream of another kind":     {"!GetAtt Table.Arn", "!GetAtt Topic.StreamArn"},
		"a role from elsewhere":        {"!GetAtt ARole.Arn", "arn:aws:iam::000000000000:role/A"},
		"a role that is none":          {"!GetAtt ARole.Arn", "!GetAtt Table.Arn"},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(small, c.old, c.replacement, 1)
			if text == small {
				t.Fatalf("there is no %s", c.old)
			}
			template, err := parse([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			if role, err := template.Role("AFunction"); err == nil {
				t.Errorf("it is understood as %+v", role)
			}
		})
	}
}
