package upstream

import (
	"crypto/x509"
	"os"
)

const (
	// rootBundle is the file in which Amazon Linux has all root certificates.
	rootBundle = "/etc/pki/tls/certs/ca-bundle.crt"
	// noFolder does not exist.
	noFolder = "/nonexistent"
)

// LoadRoots begins to read the system's root certificates, for which the first handshakes of a process would wait. It
// returns at once. It is for Lambda functions, and must be called before any handshake.
//
// Lambda's image has each root several times: in a bundle, and in folders that Go reads besides. That takes longer than
// all else in a start. So Go is told of a folder that does not exist, unless there is no bundle or nothing in it, or the operator has said
// where the roots are. See docs/decisions/root-certificates.md.
func LoadRoots() {
	if os.Getenv("SSL_CERT_FILE") == "" && os.Getenv("SSL_CERT_DIR") == "" {
		if bundle, err := os.Stat(rootBundle); err == nil && bundle.Size() > 0 {
			_ = os.Setenv("SSL_CERT_DIR", noFolder) // it fails for malformed names only
		}
	}
	go func() { _, _ = x509.SystemCertPool() }() // handshakes report what fails
}
