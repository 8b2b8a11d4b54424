package contract_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/apigw"
)

// Without caching, the authorizer sees every request. With caching, API Gateway has only
// one identity source: a request that lacks any source is refused before the authorizer
// sees it. Everything is in the API's body, because a route or an authorizer outside it
// would vanish when the body is imported again.
func TestAuthorizer(t *testing.T) {
	tpl := theTemplate(t)
	var api struct {
		DefinitionBody struct {
			Paths      map[string]map[string]struct{ Security []map[string][]string }
			Components struct {
				SecuritySchemes map[string]struct {
					Type, Name, In string
					Authorizer     map[string]any `json:"x-amazon-apigateway-authorizer"`
				}
			}
		}
	}
	into(t, tpl.Resources["Api"].Properties, &api)
	scheme := api.DefinitionBody.Components.SecuritySchemes["Session"]
	want := map[string]any{
		"type":                           "request",
		"authorizerPayloadFormatVersion": "2.0",
		"enableSimpleResponses":          true,
		"authorizerResultTtlInSeconds":   choice("AuthorizerCaches", ref("AuthorizerCacheSeconds"), 0.0),
		"identitySource":                 choice("AuthorizerCaches", "$request.header.Authorization", ref("AWS::NoValue")),
		"authorizerUri": map[string]any{"Fn::Sub": "arn:${AWS::Partition}:apigateway:${AWS::Region}:" +
			"lambda:path/2015-03-31/functions/${AuthorizerFunction.Alias}/invocations"},
	}
	if !reflect.DeepEqual(scheme.Authorizer, want) || scheme.Type != "apiKey" || scheme.In != "header" {
		t.Errorf("the authorizer is %+v, want %v", scheme, want)
	}
	if p := tpl.Parameters["AuthorizerCacheSeconds"]; p.Default != 0.0 || p.MinValue != 0 || p.MaxValue != 3600 {
		t.Errorf("the caching time is %+v", p)
	}
	var protected []string
	for path, methods := range api.DefinitionBody.Paths {
		for method, operation := range methods {
			if !reflect.DeepEqual(operation.Security, []map[string][]string{{"Session": {}}}) {
				t.Errorf("%s %s: %v", method, path, operation.Security)
			}
			protected = append(protected, strings.ToUpper(method)+" "+path)
		}
	}
	if !slices.Equal(protected, []string{apigw.WhoAmI.Key()}) {
		t.Errorf("the authorizer protects %v", protected)
	}
	for id, r := range tpl.Resources {
		if r.Type == "AWS::ApiGatewayV2::Authorizer" || r.Type == "AWS::ApiGatewayV2::Route" {
			t.Errorf("%s is beside the API's body", id)
		}
	}
	var permission map[string]any
	into(t, tpl.Resources["AuthorizerPermission"].Properties, &permission)
	if want := map[string]any{
		"FunctionName": map[string]any{"Ref": "AuthorizerFunction.Alias"}, "Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com",
		"SourceArn": map[string]any{"Fn::Sub": "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/authorizers/*"},
	}; !reflect.DeepEqual(permission, want) {
		t.Errorf("the permission is %v, want %v", permission, want)
	}
	if arn := tpl.Outputs["AuthorizerArn"].Value; !reflect.DeepEqual(arn, map[string]any{"Ref": "AuthorizerFunction.Alias"}) {
		t.Errorf("AuthorizerArn is %v", arn)
	}
}
