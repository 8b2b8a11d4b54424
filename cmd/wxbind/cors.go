package main

import (
	"strings"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/localgw"
)

// envCORSOrigins lists the origins of the pages that may call.
const envCORSOrigins = "WXBIND_CORS_ORIGINS"

// corsFlags say which pages in a browser may call. The flag goes before its environment variable.
type corsFlags struct {
	CORSOrigin []string `name:"cors-origin" help:"The origins of the pages that may call from a browser, such as https://h5.example.com; \"*\" lets every page call." placeholder:"ORIGIN,..." sep:"none"`
}

// cors is what pages may do.
func (f corsFlags) cors(getenv func(string) string) (localgw.CORS, error) {
	setting, list := envCORSOrigins, getenv(envCORSOrigins)
	if len(f.CORSOrigin) > 0 {
		setting, list = "--cors-origin", strings.Join(f.CORSOrigin, ",")
		if list == "" {
			return localgw.CORS{}, errorf("settings: --cors-origin (is empty: leave it out if no page may call)")
		}
	}
	origins, err := localgw.ParseOrigins(list)
	if err != nil {
		return localgw.CORS{}, errorf("settings: %s (%w)", setting, err)
	}
	return localgw.CORS{Origins: origins, Methods: apigw.Methods(), Headers: apigw.RequestHeaders(), Exposed: apigw.AnswerHeaders()}, nil
}
