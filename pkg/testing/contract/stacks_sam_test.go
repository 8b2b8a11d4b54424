//go:build sam

package contract_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// regions has a Region of each partition: SAM translates differently for each.
var regions = []string{"us-east-1", "cn-north-1"}

// stackCases returns the parameters that change what the stack has.
func stackCases(t *testing.T) map[string]map[string]string {
	t.Helper()
	cases := map[string]map[string]string{
		"defaults":             {},
		"domain":               {"DomainName": "login.example.com", "CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d"},
		"domain of China":      {"DomainName": "login.example.cn", "CertificateArn": "arn:aws-cn:acm:cn-north-1:123456789012:certificate/0a1b2c3d"},
		"topic":                {"AlarmTopicArn": "arn:aws:sns:us-east-1:123456789012:alarms"},
		"topic of China":       {"AlarmTopicArn": "arn:aws-cn:sns:cn-north-1:123456789012:alarms"},
		"a key":                {"KmsKeyArn": "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f"},
		"a key of China":       {"KmsKeyArn": "arn:aws-cn:kms:cn-north-1:123456789012:key/0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f"},
		"concurrency":          {"CheckBindConcurrency": "200", "BindConcurrency": "20", "AuthorizerConcurrency": "100"},
		"caching authorizer":   {"AuthorizerCacheSeconds": "300", "SampleRoute": "true"},
		"sample route":         {"SampleRoute": "true"},
		"directory":            {"DirectoryUrl": "https://users.example.com/login"},
		"an event bus":         {"EventBus": "platform/users"},
		"a bus by its ARN":     {"EventBus": "arn:aws:events:us-east-1:123456789012:event-bus/platform"},
		"a bus of China":       {"EventBus": "arn:aws-cn:events:cn-north-1:123456789012:event-bus/platform", "SampleRoute": "true"},
		"not traced":           {"Tracing": "false"},
		"no way back":          {"RollbackOnAlarm": "false"},
		"behind CloudFront":    {"OriginKeyHashes": strings.Repeat("0a", 32), "RequireOriginKey": "true"},
		"unknown apps":         {"UnknownApp": "default"},
		"behind a proxy":       {"TrustedProxies": "10.0.0.0/8,2001:db8::/32", "ClientAddressHeader": "X-Real-IP"},
		"pages of two origins": {"CorsOrigins": "https://h5.example.com,http://localhost:5173", "SampleRoute": "true"},
		"every page":           {"CorsOrigins": "*"},
		"all at once, bigger":  {"Deployment": "AllAtOnce", "Architecture": "x86_64", "BindMemory": "1769", "LoginMemory": "512", "LogRetentionDays": "3653", "ThrottleRate": "1000"},
	}
	for environment, commands := range samConfig(t) {
		parameters := map[string]string{}
		list, _ := commands["global"]["parameter_overrides"].([]any)
		for _, override := range list {
			key, value, _ := strings.Cut(fmt.Sprint(override), "=")
			parameters[key] = value
		}
		cases["samconfig.toml: "+environment] = parameters
	}
	return cases
}

// fits says whether parameters belong to a Region's partition.
func fits(region string, parameters map[string]string) bool {
	for _, value := range parameters {
		if strings.HasPrefix(value, "arn:") && strings.HasPrefix(value, "arn:aws-cn:") != strings.HasPrefix(region, "cn-") {
			return false
		}
	}
	return true
}

// Every stack of template.yaml keeps every promise, in both partitions and with any
// parameters.
func TestSAMStacks(t *testing.T) {
	text, cases := string(read(t, "template.yaml")), stackCases(t)
	var asked []translation
	var names []string
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		for _, region := range regions {
			if fits(region, cases[name]) {
				asked = append(asked, translation{text, region, cases[name]})
				names = append(names, name+" in "+region)
			}
		}
	}
	for i, template := range translate(t, asked) {
		t.Run(names[i], func(t *testing.T) {
			s, err := evaluate(template, asked[i].Region, asked[i].Parameters)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range promises {
				p.check(s, func(format string, arguments ...any) { t.Errorf(p.name+": "+format, arguments...) })
			}
			if loop := circle(template); loop != nil {
				t.Errorf("CloudFormation refuses a circle: %v", loop)
			}
		})
	}
}

// The template refuses at once what CloudFormation would find only in the middle of a
// deployment, or never.
func TestSAMRefusesParameters(t *testing.T) {
	template := translate(t, []translation{{string(read(t, "template.yaml")), "us-east-1", map[string]string{}}})[0]
	for name, parameters := range map[string]map[string]string{
		"a domain without a certificate": {"DomainName": "login.example.com"},
		"a certificate without a domain": {"CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d"},
		"a URL for a domain":             {"DomainName": "https://login.example.com"},
		"a topic by its name":            {"AlarmTopicArn": "alarms"},
		"a key by its alias":             {"KmsKeyArn": "alias/wxbind"},
		"a directory without TLS":        {"DirectoryUrl": "http://users.example.com"},
		"a bus by its address":           {"EventBus": "https://events.us-east-1.amazonaws.com"},
		"a rule for a bus":               {"EventBus": "arn:aws:events:us-east-1:123456789012:rule/platform"},
		"too little memory to hash in":   {"BindMemory": "128"},
		"a processor of another kind":    {"Architecture": "riscv64"},
		"a caching time beyond an hour":  {"AuthorizerCacheSeconds": "3601"},
		"a name that nothing has":        {"Memory": "512"},
		"a proxy that is no CIDR":        {"TrustedProxies": "nginx"},
		"proxies with a hole":            {"TrustedProxies": "10.0.0.0/8,,192.0.2.0/24"},
		"a key hash that is too short":   {"OriginKeyHashes": "0a1b2c"},
		"three key hashes":               {"OriginKeyHashes": strings.Repeat(","+strings.Repeat("0a", 32), 3)[1:]},
		"a key required, and none":       {"RequireOriginKey": "true"},
		"an origin with a path":          {"CorsOrigins": "https://h5.example.com/"},
		"every page and one more":        {"CorsOrigins": "*,https://h5.example.com"},
		"unknown apps let in":            {"UnknownApp": "allow"},
		"a header without a proxy":       {"ClientAddressHeader": "X-Real-IP"},
	} {
		if _, err := evaluate(template, "us-east-1", parameters); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// circle returns a path of references from a resource back to itself, if there is one.
// Like CloudFormation, it ignores conditions.
func circle(template translated) []string {
	needs := map[string][]string{}
	for id, r := range template.Resources {
		found := map[string]bool{}
		need := func(name string) {
			name, _, _ = strings.Cut(name, ".")
			if _, ok := template.Resources[name]; ok && name != id {
				found[name] = true
			}
		}
		walk("", map[string]any{"DependsOn": r.DependsOn, "Properties": r.Properties, "UpdatePolicy": r.UpdatePolicy}, func(path string, value any) {
			text, ok := value.(string)
			switch {
			case !ok:
			case strings.HasSuffix(path, ".Ref"), strings.Contains(path, ".Fn::GetAtt"), strings.HasPrefix(path, ".DependsOn"):
				need(text)
			default: // ${…} is nothing but a reference, in Fn::Sub or not
				for _, name := range variable.FindAllString(text, -1) {
					need(strings.Trim(name, "${}"))
				}
			}
		})
		needs[id] = slices.Sorted(maps.Keys(found))
	}
	done := map[string]bool{}
	var visit func(id string, way []string) []string
	visit = func(id string, way []string) []string {
		if i := slices.Index(way, id); i >= 0 {
			return append(slices.Clone(way[i:]), id)
		}
		if done[id] {
			return nil
		}
		for _, next := range needs[id] {
			if loop := visit(next, append(slices.Clone(way), id)); loop != nil {
				return loop
			}
		}
		done[id] = true
		return nil
	}
	for _, id := range slices.Sorted(maps.Keys(needs)) {
		if loop := visit(id, nil); loop != nil {
			return loop
		}
	}
	return nil
}
