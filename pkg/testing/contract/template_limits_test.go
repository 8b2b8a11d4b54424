package contract_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/apigw"
)

// Every route is throttled. A route whose calls are costly, or which a person uses once in
// a lifetime, has a lower limit than the others.
func TestThrottles(t *testing.T) {
	tpl := theTemplate(t)
	type throttle struct{ ThrottlingRateLimit, ThrottlingBurstLimit float64 }
	var api struct {
		DefaultRouteSettings map[string]any
		// Not a reference to a parameter: CloudFormation makes a text of it here.
		RouteSettings map[string]throttle
	}
	into(t, tpl.Resources["Api"].Properties, &api)
	usual := throttle{tpl.Parameters["ThrottleRate"].Default.(float64), tpl.Parameters["ThrottleBurst"].Default.(float64)}
	if want := map[string]any{"ThrottlingRateLimit": ref("ThrottleRate"), "ThrottlingBurstLimit": ref("ThrottleBurst")}; !reflect.DeepEqual(api.DefaultRouteSettings, want) {
		t.Errorf("a route takes %v by default", api.DefaultRouteSettings)
	}
	narrow := []apigw.Route{
		apigw.Bind, apigw.BindPhone, apigw.Register, apigw.Unbind, apigw.Password, apigw.Phone, apigw.Profile, apigw.Decrypt, apigw.Export, apigw.DeleteAccount,
		apigw.VerifyPushURL,
	}
	// WeChat's own servers push.
	if push := api.RouteSettings[apigw.Push.Key()]; push.ThrottlingRateLimit < 1 || push.ThrottlingRateLimit >= usual.ThrottlingRateLimit {
		t.Errorf("%s takes %+v, and a usual route %+v", apigw.Push.Key(), push, usual)
	}
	if len(api.RouteSettings) != len(narrow)+1 {
		t.Errorf("routes with throttles of their own: %v", api.RouteSettings)
	}
	for _, r := range narrow {
		got := api.RouteSettings[r.Key()]
		if got.ThrottlingRateLimit < 1 || got.ThrottlingRateLimit > usual.ThrottlingRateLimit/4 ||
			got.ThrottlingBurstLimit < got.ThrottlingRateLimit || got.ThrottlingBurstLimit > usual.ThrottlingBurstLimit/4 {
			t.Errorf("%s takes %+v, and a usual route %+v", r.Key(), got, usual)
		}
	}
}

// Functions reserve concurrency of the account only if the operator sets a number.
func TestReservedConcurrency(t *testing.T) {
	tpl := theTemplate(t)
	reserved := []string{"AuthorizerFunction", "BindFunction", "CheckBindFunction"}
	for id, r := range tpl.Resources {
		parameter := strings.TrimSuffix(id, "Function") + "Concurrency"
		var want any
		if slices.Contains(reserved, id) {
			want = choice("Has"+parameter, ref(parameter), ref("AWS::NoValue"))
		}
		if got := r.Properties["ReservedConcurrentExecutions"]; !reflect.DeepEqual(got, want) {
			t.Errorf("%s reserves %v, want %v", id, got, want)
		}
	}
}

// The domain leads to the API's stage, with at least TLS 1.2, and is never half set up.
func TestDomain(t *testing.T) {
	tpl := theTemplate(t)
	want := map[string]any{
		"DomainName": ref("DomainName"),
		"DomainNameConfigurations": []any{map[string]any{
			"CertificateArn": ref("CertificateArn"), "EndpointType": "REGIONAL", "SecurityPolicy": "TLS_1_2",
		}},
	}
	if got := tpl.Resources["Domain"].Properties; !reflect.DeepEqual(got, want) {
		t.Errorf("the domain is %v, want %v", got, want)
	}
	want = map[string]any{"ApiId": ref("Api"), "DomainName": ref("Domain"), "Stage": ref("Api.Stage")}
	if got := tpl.Resources["DomainMapping"].Properties; !reflect.DeepEqual(got, want) {
		t.Errorf("the domain leads to %v, want %v", got, want)
	}
	together := map[string]any{"Fn::Or": []any{
		map[string]any{"Fn::And": []any{equals("DomainName", ""), equals("CertificateArn", "")}},
		map[string]any{"Fn::And": []any{not(equals("DomainName", "")), not(equals("CertificateArn", ""))}},
	}}
	if rule := tpl.Rules["DomainHasCertificate"].Assertions; len(rule) != 1 || !reflect.DeepEqual(rule[0].Assert, together) {
		t.Errorf("domain and certificate: %v", rule)
	}
}

// A function that traces has the permission to, or Lambda refuses it. A function that does
// not trace lacks the permission.
func TestTracing(t *testing.T) {
	tpl := theTemplate(t)
	if mode := tpl.Globals.Function.Tracing; !reflect.DeepEqual(mode, choice("Traces", "Active", "PassThrough")) {
		t.Errorf("functions trace %v", mode)
	}
	var roles []any
	for id, r := range tpl.Resources {
		if r.Type != "AWS::Serverless::Function" {
			continue
		}
		if r.DependsOn != "TracingPolicy" {
			t.Errorf("%s does not wait for the permission", id)
		}
		var role any = ref(strings.TrimSuffix(id, "Function") + "Role")
		if r.Condition != "" {
			role = choice(r.Condition, role, ref("AWS::NoValue"))
		}
		roles = append(roles, role)
	}
	var policy struct {
		PolicyDocument struct{ Statement []any }
		Roles          []any
	}
	into(t, tpl.Resources["TracingPolicy"].Properties, &policy)
	want := []any{map[string]any{
		"Effect": choice("Traces", "Allow", "Deny"), "Resource": "*",
		"Action": []any{"xray:PutTelemetryRecords", "xray:PutTraceSegments"},
	}}
	if !reflect.DeepEqual(policy.PolicyDocument.Statement, want) {
		t.Errorf("tracing is allowed by %v, want %v", policy.PolicyDocument.Statement, want)
	}
	if !sameElements(policy.Roles, roles) {
		t.Errorf("tracing is allowed to %v, want %v", policy.Roles, roles)
	}
}

// sameElements compares two lists, whatever their order.
func sameElements(a, b []any) bool {
	in := func(list []any) func(any) bool {
		return func(x any) bool {
			return slices.ContainsFunc(list, func(y any) bool { return reflect.DeepEqual(x, y) })
		}
	}
	return len(a) == len(b) && !slices.ContainsFunc(a, func(x any) bool { return !in(b)(x) }) && !slices.ContainsFunc(b, func(x any) bool { return !in(a)(x) })
}
