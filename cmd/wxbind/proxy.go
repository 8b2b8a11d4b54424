package main

import (
	"strings"

	"github.com/wxbind/wxbind/pkg/doctor"
	"github.com/wxbind/wxbind/pkg/origin"
)

// proxyFlags say what stands in front of serve. A flag goes before its environment variable.
type proxyFlags struct {
	TrustedProxy        []string `help:"The networks of the proxies that name the caller in X-Forwarded-For; \"none\" says that there is no proxy." placeholder:"CIDR,..." sep:"none"`
	ClientAddressHeader string   `help:"The header in which the proxies name the caller, if it is not X-Forwarded-For." placeholder:"NAME"`
}

// finder makes what finds the callers' addresses.
func (f proxyFlags) finder(getenv func(string) string) (*origin.Finder, error) {
	networks := strings.Join(f.TrustedProxy, ",")
	if len(f.TrustedProxy) > 0 && networks == "" {
		return nil, errorf("settings: --trusted-proxy (is empty: write the networks, or none)")
	}
	flags := map[string][2]string{
		origin.EnvTrustedProxies: {"--trusted-proxy", networks},
		origin.EnvHeader:         {"--client-address-header", f.ClientAddressHeader},
	}
	var given []string // the variables with the flags that replaced them
	for variable, flag := range flags {
		if flag[1] != "" {
			given = append(given, variable+" (", flag[0]+" (")
		}
	}
	rules, err := origin.RulesFrom(func(name string) string {
		if value := flags[name][1]; value != "" {
			return value
		}
		return getenv(name)
	})
	if err != nil {
		return nil, errorf("settings: %s", foreign(strings.NewReplacer(given...).Replace(err.Error())))
	}
	return &origin.Finder{Rules: rules}, nil
}

// proxyParameters are a stack's parameters, by the setting that each becomes.
var proxyParameters = map[string]string{
	origin.EnvTrustedProxies: "TrustedProxies", origin.EnvHeader: "ClientAddressHeader",
	origin.EnvKeyHashes: "OriginKeyHashes", origin.EnvRequireKey: "RequireOriginKey",
}

// checkProxy is doctor's line about what stands in front. Only the requests themselves can show whether that is
// true: see the warnings of origin.Finder.
func checkProxy(getenv func(string) string, where string) doctor.Check {
	const check = "proxy"
	rules, err := origin.RulesFrom(getenv)
	switch {
	case err != nil:
		return failed(check, err, "correct it in "+where)
	case len(rules.KeyHashes) > 0 && !rules.RequireKey:
		return doctor.Known(doctor.Finding{
			Check: check, Status: doctor.Warn, Says: rules.String() + "; requests that go round the proxy are served",
			Do: "set RequireOriginKey (" + origin.EnvRequireKey + ") to true once all requests come through the proxy",
		})
	}
	return good(check, rules.String())
}
