package app

import (
	"crypto/x509"
	"os"
	"strings"

	"github.com/wxbind/wxbind/pkg/needs"
)

const (
	// rootBundle is the file in which Amazon Linux has all root certificates.
	rootBundle = "/etc/pki/tls/certs/ca-bundle.crt"
	// noFolder does not exist.
	noFolder = "/nonexistent"
)

// loadRoots begins to read the system's root certificates, while the first connections are opened: their handshakes wait
// for it.
//
// Lambda's image has each root twice, in a bundle and in a file of its own, and Go reads both, which takes longer than
// the rest of the start. So it is told not to look for folders, unless there is no bundle, or the operator has chosen.
// See docs/decisions/root-certificates.md.
func loadRoots() {
	if os.Getenv("SSL_CERT_FILE") == "" && os.Getenv("SSL_CERT_DIR") == "" {
		if _, err := os.Stat(rootBundle); err == nil {
			_ = os.Setenv("SSL_CERT_DIR", noFolder) // it fails only for malformed names
		}
	}
	go func() { _, _ = x509.SystemCertPool() }() // a handshake reports what fails
}

// speaksTLS reports whether the function calls anything over TLS. Only doubles on one machine do without.
func (f *function) speaksTLS() bool {
	for _, peer := range []struct {
		needs needs.Set
		url   string
	}{
		{needs.Tables, f.settings.DynamoDBEndpoint},
		{needs.Secret | needs.Services, f.settings.SecretsEndpoint},
		{needs.WeChat, f.settings.WeChatBase},
	} {
		if f.needs&peer.needs != 0 && !strings.HasPrefix(peer.url, "http:") {
			return true
		}
	}
	return f.settings.DirectoryURL != ""
}
