//go:build sam

package contract_test

import (
	"slices"
	"strings"
	"testing"
)

// mutations are mistakes in template.yaml, each with the promise that it breaks. A mistake
// that prevents any stack breaks "references".
var mutations = []struct{ name, was, is, breaks string }{
	{"a table's key has another name", "{AttributeName: tokenHash, KeyType: RANGE}", "{AttributeName: userId, KeyType: RANGE}", "tables"},
	{"a table's TTL is off", "TimeToLiveSpecification: {AttributeName: ttl, Enabled: true}", "TimeToLiveSpecification: {AttributeName: ttl, Enabled: false}", "tables"},
	{"a table has no recovery", "PointInTimeRecoveryEnabled: true", "PointInTimeRecoveryEnabled: false", "tables"},
	{"a table is not protected", "DeletionProtectionEnabled: !Ref DeletionProtection", "DeletionProtectionEnabled: false", "tables"},
	{"a table goes with the stack", "    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n    Properties:\n      BillingMode", "    Properties:\n      BillingMode", "tables"},
	{"a table without the operator's key", ", SSEType: KMS, KMSMasterKeyId: !Ref KmsKeyArn}", "}", "tables"},
	{"a secret without the operator's key", "      KmsKeyId: !If [HasKmsKey, !Ref KmsKeyArn, !Ref AWS::NoValue]\n", "", "secrets"},
	{"a role may use the key for anything", "            Condition: {StringLike: {\"kms:ViaService\": [\"dynamodb.*\", \"secretsmanager.*\"]}}\n", "", "roles"},
	{"the secret is made anew", "PasswordLength: 64", "PasswordLength: 65", "secrets"},
	{"the services' secret is made anew", "PasswordLength: 32", "PasswordLength: 33", "secrets"},
	{"introspect reads the secret", "Resource: !Ref ServicesSecret", "Resource: !Ref Secret", "roles"},
	{"a function has another's role", "Role: !GetAtt BindRole.Arn", "Role: !GetAtt CheckBindRole.Arn", "functions"},
	{"a function gets no table", "        WXBIND_USERS_TABLE: !Ref UsersTable\n", "", "functions"},
	{"a function gets the wrong table", "WXBIND_USERS_TABLE: !Ref UsersTable", "WXBIND_USERS_TABLE: !Ref BindingsTable", "functions"},
	{"a function reserves without being told", "ReservedConcurrentExecutions: !If [HasBindConcurrency, !Ref BindConcurrency, !Ref AWS::NoValue]", "ReservedConcurrentExecutions: 10", "functions"},
	{"tracing in AWS China", "Traces: !And [!Equals [!Ref Tracing, \"true\"], !Not [!Equals [!Ref AWS::Partition, aws-cn]]]", "Traces: !Equals [!Ref Tracing, \"true\"]", "functions"},
	{"a log group is kept for ever", "      RetentionInDays: !Ref LogRetentionDays\n", "", "logs"},
	{"a log group goes with the stack", "    DeletionPolicy: RetainExceptOnCreate\n", "", "logs"},
	{"a log group that is replaced goes", "    UpdateReplacePolicy: Retain\n    Properties:\n      LogGroupName", "    Properties:\n      LogGroupName", "logs"},
	{"a new stack meets the former's log groups", "/checkbind/${UUID}", "/checkbind", "logs"},
	{"a log group is named after another part of the stack's id", "!Select [2, !Split", "!Select [1, !Split", "logs"},
	{"a function logs to another's group", "LogGroup: !Ref BindLogGroup", "LogGroup: !Ref CheckBindLogGroup", "functions"},
	{"an alias moves by itself", "      PassthroughCondition: true\n", "      PassthroughCondition: true\n      Enabled: false\n", "releases"},
	{"no alarm brings a release back", "        - RollsBack\n", "        - HasDirectory\n", "releases"},
	{"a role reads another's log", "Resource: !GetAtt LogoutLogGroup.Arn", "Resource: !GetAtt BindLogGroup.Arn", "roles"},
	{"a role may anything with a table", "Action: [dynamodb:GetItem, dynamodb:PutItem]", "Action: [\"dynamodb:*\"]", "roles"},
	{"a role may read every secret", "Action: secretsmanager:GetSecretValue\n                Resource: !Ref Secret", "Action: secretsmanager:GetSecretValue\n                Resource: \"*\"", "roles"},
	{"Lambda by its name in China", "Service: lambda.amazonaws.com", "Service: !Sub lambda.${AWS::URLSuffix}", "trust"},
	{"CodeDeploy by its global name", "Service: !Sub codedeploy.${AWS::Region}.${AWS::URLSuffix}", "Service: codedeploy.amazonaws.com", "trust"},
	{"an ARN of one partition", "SourceArn: !Sub arn:${AWS::Partition}:execute-api", "SourceArn: !Sub arn:aws:execute-api", "partition"},
	{"a host of one partition", "execute-api.${AWS::Region}.${AWS::URLSuffix}", "execute-api.${AWS::Region}.amazonaws.com", "partition"},
	{"a route is another", "Path: /mobileApi/user/info", "Path: /mobileApi/user/me", "routes"},
	{"a route with old events", "PayloadFormatVersion: \"2.0\"", "PayloadFormatVersion: \"1.0\"", "routes"},
	{"the sample is behind nothing", "security: [{Session: []}]", "security: []", "routes"},
	{"the authorizer may be called by none", "${Api}/authorizers/*", "${Api}/authorizer/*", "routes"},
	{"pages that send no token", "allowHeaders: [authorization, content-type, x-token]", "allowHeaders: [content-type]", "pages"},
	{"pages with cookies", "            maxAge: 7200\n", "            maxAge: 7200\n            allowCredentials: true\n", "pages"},
	{"every page calls", "allowOrigins: !Split [\",\", !Ref CorsOrigins]", "allowOrigins: [\"*\"]", "pages"},
	{"a throttle on no route", "POST /mobileApi/user/bind: {", "POST /mobileApi/user/bound: {", "throttles"},
	{"bind in masses", "ThrottlingRateLimit: 20, ThrottlingBurstLimit: 40", "ThrottlingRateLimit: 200, ThrottlingBurstLimit: 400", "throttles"},
	{"the authorizer without its alias", "functions/${AuthorizerFunction.Alias}/invocations", "functions/${AuthorizerFunction.Arn}/invocations", "authorizer"},
	{"the code in the access log", "\"routeKey\":\"$context.routeKey\"", "\"routeKey\":\"$context.path\"", "access log"},
	{"an access log without the stack", "{\"stack\":\"${AWS::StackName}\",", "{", "access log"},
	{"an alarm upon nothing", "MetricName: WeChatFailures", "MetricName: WechatFailures", "alarms"},
	{"an alarm that nobody hears", "OKActions: !If [HasAlarmTopic, [!Ref AlarmTopicArn], !Ref AWS::NoValue]", "OKActions: !If [HasDirectory, [!Ref AlarmTopicArn], !Ref AWS::NoValue]", "alarms"},
	{"an alarm that forgets a function", "Dimensions: [{Name: FunctionName, Value: !Ref AuthorizerFunction}]", "Dimensions: [{Name: FunctionName, Value: !Ref BindFunction}]", "alarms"},
	{"notices are kept for nobody", "WXBIND_OUTBOX_TABLE: !If [HasEventBus, !Ref OutboxTable, \"\"]", "WXBIND_OUTBOX_TABLE: \"\"", "functions"},
	{"a stream that is given up", "MaximumRetryAttempts: -1", "MaximumRetryAttempts: 10", "notices"},
	{"a bus of another's", "event-bus/${EventBus}", "event-bus/*", "notices"},
	{"what delivers reads every stream", "Resource: !GetAtt OutboxTable.StreamArn", "Resource: \"*\"", "roles"},
	{"a notice that is late, and nobody hears it", "MetricName: IteratorAge\n      Dimensions: [{Name: FunctionName, Value: !Ref OutboxFunction}]", "MetricName: IteratorAge\n      Dimensions: [{Name: FunctionName, Value: !Ref OutboxTable}]", "alarms"},
	{"a dashboard of another Region", "\"region\": \"${AWS::Region}\"", "\"region\": \"us-west-2\"", "dashboard"},
	{"an output that the command does not find", "  UsersTable:\n    Value: !Ref UsersTable", "  Users:\n    Value: !Ref UsersTable", "outputs"},
	{"a reference to nothing", "Value: !GetAtt Domain.RegionalDomainName", "Value: !GetAtt Domain.Host", "references"},
	{"a release that waits for the API", "          - !Ref InternalFailuresAlarm\n", "          - !Ref ApiFailuresAlarm\n", "circle"},
}

// The checks of stacks find what they are meant to find: each mistake, made on purpose,
// breaks its promise. The mistakes are made in a stack that has everything.
func TestSAMStacksNoticeMistakes(t *testing.T) {
	text := string(read(t, "template.yaml"))
	everything := map[string]string{
		"SampleRoute": "true", "DomainName": "login.example.cn", "CertificateArn": "arn:aws-cn:acm:cn-north-1:123456789012:certificate/0a1b2c3d",
		"AlarmTopicArn": "arn:aws-cn:sns:cn-north-1:123456789012:alarms", "CorsOrigins": "https://h5.example.cn", "EventBus": "platform",
		"KmsKeyArn": "arn:aws-cn:kms:cn-north-1:123456789012:key/0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f",
	}
	var asked []translation
	for _, m := range mutations {
		if !strings.Contains(text, m.was) {
			t.Fatalf("%s: template.yaml has no %q", m.name, m.was)
		}
		asked = append(asked, translation{strings.ReplaceAll(text, m.was, m.is), "cn-north-1", everything})
	}
	for i, template := range translate(t, asked) {
		t.Run(mutations[i].name, func(t *testing.T) {
			var broken []string
			s, err := evaluate(template, asked[i].Region, asked[i].Parameters)
			if err != nil {
				broken = append(broken, "references")
			} else {
				for _, p := range promises {
					p.check(s, func(string, ...any) { broken = append(broken, p.name) })
				}
			}
			if circle(template) != nil {
				broken = append(broken, "circle")
			}
			if !slices.Contains(broken, mutations[i].breaks) {
				t.Errorf("it breaks %v, want %s", broken, mutations[i].breaks)
			}
		})
	}
}
