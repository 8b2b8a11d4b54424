//go:build sam

package contract_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/wxbind/wxbind/pkg/apigw"
)

// routes returns the routes that the stack must have, each with the id of its function.
func (s *stack) routes() map[string]string {
	ids := map[string]string{}
	for _, id := range s.functionIDs() {
		ids[folderOf(id)] = id
	}
	routes := map[string]string{}
	for _, r := range apigw.Routes() {
		if id := ids[r.Function]; id != "" {
			routes[r.Key()] = id
		}
	}
	return routes
}

// body is the OpenAPI document that API Gateway imports.
type body struct {
	Paths      map[string]map[string]operation
	Components struct {
		SecuritySchemes map[string]map[string]any
	}
	CORS *pages `json:"x-amazon-apigateway-cors"`
}

type operation struct {
	Security    []map[string][]string
	Integration map[string]any `json:"x-amazon-apigateway-integration"`
}

func (s *stack) body(wrong func(string, ...any)) body {
	var api struct{ Body body }
	if err := s.decode("Api", &api); err != nil {
		wrong("%v", err)
	}
	return api.Body
}

// The API has the routes of the code and no others. Each calls the alias of its function
// with events of payload version 2.0. Nobody else may call the function.
func checkRoutes(s *stack, wrong func(string, ...any)) {
	want := s.routes()
	guards := map[string]apigw.Guard{}
	for _, r := range apigw.Routes() {
		guards[r.Key()] = r.Guard()
	}
	n := 0
	for path, methods := range s.body(wrong).Paths {
		for method, o := range methods {
			n++
			key := strings.ToUpper(method) + " " + path
			function, known := want[key]
			integration := map[string]any{"type": "aws_proxy", "httpMethod": "POST", "payloadFormatVersion": "2.0", "uri": s.invocation(function)}
			if !known || !reflect.DeepEqual(o.Integration, integration) {
				wrong("%s is %v, want %v", key, o.Integration, integration)
			}
			var security []map[string][]string
			if guards[key] == apigw.GuardAuthorizer {
				security = []map[string][]string{{"Session": {}}}
			}
			if !reflect.DeepEqual(o.Security, security) {
				wrong("%s asks for %v, want %v", key, o.Security, security)
			}
		}
	}
	if n != len(want) {
		wrong("there are %d, want %v", n, want)
	}
	var permissions, allowed []any
	permit := func(function, source string) {
		allowed = append(allowed, map[string]any{
			"Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com",
			"FunctionName": s.arn("lambda", "function:"+function+":live"), "SourceArn": s.arn("execute-api", "Api/"+source),
		})
	}
	permit("AuthorizerFunction", "authorizers/*")
	for key, function := range want {
		permit(function, "*/"+strings.NewReplacer("{id}", "*", "{appId}", "*").Replace(strings.Replace(key, " ", "", 1)))
	}
	for _, id := range s.of("AWS::Lambda::Permission") {
		permissions = append(permissions, s.resources[id].properties)
	}
	if !sameElements(permissions, allowed) {
		wrong("API Gateway may %v, want %v", permissions, allowed)
	}
}

// The origins of the parameter may call, and pages may send what routes read.
func checkPages(s *stack, wrong func(string, ...any)) {
	got := s.body(wrong).CORS
	origins := s.parameters["CorsOrigins"]
	if origins == "" {
		if got != nil {
			wrong("%+v may call, want none", *got)
		}
		return
	}
	if want := pagesOf(strings.Split(origins, ",")); !reflect.DeepEqual(got, &want) {
		wrong("%+v may call, want %+v", got, want)
	}
}

// Every route has a limit, some a lower one than the parameters say. A route that does not
// exist must not be named: CloudFormation fails on it.
func checkThrottles(s *stack, wrong func(string, ...any)) {
	stages := s.of("AWS::ApiGatewayV2::Stage")
	if len(stages) != 1 {
		wrong("the stages are %v", stages)
		return
	}
	stage := s.resources[stages[0]].properties
	if stage["StageName"] != "$default" || stage["AutoDeploy"] != true || stage["ApiId"] != "Api" {
		wrong("the stage is %v", stage)
	}
	usual := map[string]any{"ThrottlingRateLimit": s.parameters["ThrottleRate"], "ThrottlingBurstLimit": s.parameters["ThrottleBurst"]}
	if !reflect.DeepEqual(stage["DefaultRouteSettings"], usual) {
		wrong("a route takes %v, want %v", stage["DefaultRouteSettings"], usual)
	}
	own := object(stage["RouteSettings"])
	for key := range own {
		if s.routes()[key] == "" {
			wrong("there is no route %s", key)
		}
	}
	for _, r := range []apigw.Route{apigw.Bind, apigw.BindPhone, apigw.Register, apigw.Unbind, apigw.Phone, apigw.Export, apigw.DeleteAccount} {
		settings := object(own[r.Key()])
		rate, isNumber := settings["ThrottlingRateLimit"].(float64)
		burst, isNumberToo := settings["ThrottlingBurstLimit"].(float64)
		if !isNumber || !isNumberToo || rate < 1 || rate > 20 || burst < rate || burst > 2*rate {
			wrong("%s takes %v", r.Key(), settings)
		}
	}
}

func checkSessionScheme(s *stack, wrong func(string, ...any)) {
	scheme := s.body(wrong).Components.SecuritySchemes["Session"]
	authorizer := map[string]any{
		"type": "request", "authorizerUri": s.invocation("AuthorizerFunction"), "authorizerPayloadFormatVersion": "2.0",
		"enableSimpleResponses": true, "authorizerResultTtlInSeconds": 0.0,
	}
	if seconds := s.parameters["AuthorizerCacheSeconds"]; seconds != "0" {
		authorizer["authorizerResultTtlInSeconds"] = seconds
		authorizer["identitySource"] = "$request.header.Authorization"
	}
	want := map[string]any{"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authorizer": authorizer}
	if !reflect.DeepEqual(scheme, want) {
		wrong("it is %v, want %v", scheme, want)
	}
}

func checkAccessLog(s *stack, wrong func(string, ...any)) {
	var stage struct {
		AccessLogSettings struct{ DestinationArn, Format string }
	}
	for _, id := range s.of("AWS::ApiGatewayV2::Stage") {
		if err := s.decode(id, &stage); err != nil {
			wrong("%v", err)
		}
	}
	log := stage.AccessLogSettings
	if want := s.arn("logs", "log-group:"+s.accessLogGroup()+":*"); log.DestinationArn != want {
		wrong("it goes to %s, want %s", log.DestinationArn, want)
	}
	var fields map[string]string
	if err := json.Unmarshal([]byte(log.Format), &fields); err != nil || strings.Contains(log.Format, "\n") {
		wrong("a line is no JSON: %v", err)
	}
	if fields["stack"] != stackName {
		wrong("stack is %s", fields["stack"])
	}
	delete(fields, "stack")
	for name, variable := range fields {
		if !logged.MatchString(variable) {
			wrong("%s is %s, which is not known to be safe", name, variable)
		}
	}
	for _, name := range []string{"requestId", "routeKey", "status", "latencyMs", "gatewayError"} {
		if fields[name] == "" {
			wrong("it lacks %s", name)
		}
	}
}

// With a domain the stack has its name, its certificate and the mapping to the stage.
// Without one it has none of these.
func checkDomain(s *stack, wrong func(string, ...any)) {
	domains, mappings := s.of("AWS::ApiGatewayV2::DomainName"), s.of("AWS::ApiGatewayV2::ApiMapping")
	name := s.parameters["DomainName"]
	if name == "" {
		if len(domains)+len(mappings) > 0 {
			wrong("there is %v, %v", domains, mappings)
		}
		return
	}
	if !slices.Equal(domains, []string{"Domain"}) || !slices.Equal(mappings, []string{"DomainMapping"}) {
		wrong("there is %v, %v", domains, mappings)
	}
	want := map[string]any{"DomainName": name, "DomainNameConfigurations": []any{map[string]any{
		"CertificateArn": s.parameters["CertificateArn"], "EndpointType": "REGIONAL", "SecurityPolicy": "TLS_1_2",
	}}}
	if got := s.resources["Domain"].properties; !reflect.DeepEqual(got, want) {
		wrong("it is %v, want %v", got, want)
	}
	want = map[string]any{"ApiId": "Api", "DomainName": name, "Stage": "$default"}
	if got := s.resources["DomainMapping"].properties; !reflect.DeepEqual(got, want) {
		wrong("it leads to %v, want %v", got, want)
	}
}
