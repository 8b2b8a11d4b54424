package functions_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/testing/lambdatest"
)

// A function trusts the roots of Lambda's image, or those that the operator names by Go's own settings, and nobody else.
func TestFunctionsTrustTheRootsOfTheImage(t *testing.T) {
	ours, other := newAuthority(t), newAuthority(t)
	type roots = [][]byte
	for name, row := range map[string]struct {
		bundle, folder roots
		settings       map[string]string
		trusted        bool
	}{
		"in a bundle and in a folder": {bundle: roots{other.root, ours.root}, folder: roots{other.root, ours.root}, trusted: true},
		"in a bundle":                 {bundle: roots{other.root, ours.root}, trusted: true},
		"in a folder without bundle":  {folder: roots{other.root, ours.root}, trusted: true},
		"beside an empty bundle":      {bundle: roots{}, folder: roots{other.root, ours.root}, trusted: true},
		"in no bundle":                {bundle: roots{other.root}, folder: roots{other.root, ours.root}},
		"nowhere":                     {bundle: roots{other.root}, folder: roots{other.root}},
		"without any root":            {},
		"in a folder that is set": {
			bundle: roots{other.root}, folder: roots{ours.root},
			settings: map[string]string{"SSL_CERT_DIR": "/etc/ssl/certs"}, trusted: true,
		},
		"in a file that is set": {
			bundle: roots{other.root}, folder: roots{ours.root},
			settings: map[string]string{"SSL_CERT_FILE": "/etc/ssl/certs/root-0.pem", "SSL_CERT_DIR": "/none"}, trusted: true,
		},
		"in a folder beside a file that is set": {
			bundle: roots{other.root}, folder: roots{other.root, ours.root},
			settings: map[string]string{"SSL_CERT_FILE": "/etc/ssl/certs/root-0.pem"}, trusted: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			lambda, around := newImage(t), ours.peers(t)
			if row.bundle != nil {
				lambda.addBundle(row.bundle...)
			}
			lambda.addFolder(row.folder...)
			for name, value := range row.settings {
				around.settings[name] = value
			}
			bootstrap := strings.TrimPrefix(copiesOf(t, "checkbind", lambda.folder)[0], lambda.folder)
			p := lambdatest.StartIn(t, lambda.folder, bootstrap, around.settings)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			// A slow machine may not do it within a start, or within a request.
			for first := true; first || row.trusted && !around.all(); first = false {
				if _, err := p.Invoke(ctx, checkBind("alice-1")); err != nil {
					t.Fatalf("%v\n%s", err, p.Log())
				}
			}
			if !row.trusted && !around.none() {
				t.Error("it trusts a stranger")
			}
		})
	}
}
