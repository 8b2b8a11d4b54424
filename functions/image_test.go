package functions_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/wechattest"
)

// image is a root folder for functions, with root certificates where Lambda's image has them.
type image struct {
	testing.TB
	folder string
}

func newImage(tb testing.TB) image { return image{tb, tb.TempDir()} }

// addBundle adds the file with all roots.
func (i image) addBundle(roots ...[]byte) {
	i.Helper()
	i.write("etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", pemOf(roots...))
	i.link("etc/pki/tls/certs/ca-bundle.crt", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem")
}

// addFolder adds the folder with a file for each root, and its aliases: two hashes of its subject.
// https://github.com/golang/go/issues/79018
func (i image) addFolder(roots ...[]byte) {
	i.Helper()
	for number, root := range roots {
		name := fmt.Sprintf("root-%d.pem", number)
		i.write("etc/ssl/certs/"+name, pemOf(root))
		for alias := range 2 {
			i.link(fmt.Sprintf("etc/ssl/certs/%04x%04x.0", alias, number), name)
		}
	}
}

func (i image) write(path string, text []byte) {
	i.Helper()
	if err := os.WriteFile(i.path(path), text, 0o600); err != nil {
		i.Fatal(err)
	}
}

func (i image) link(path, to string) {
	i.Helper()
	if err := os.Symlink(to, i.path(path)); err != nil {
		i.Fatal(err)
	}
}

// path returns a path on this machine, whose folder exists.
func (i image) path(path string) string {
	i.Helper()
	path = filepath.Join(i.folder, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		i.Fatal(err)
	}
	return path
}

func pemOf(certificates ...[]byte) (text []byte) {
	for _, certificate := range certificates {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate})...)
	}
	return text
}

// machineRoots returns the root certificates of this machine.
func machineRoots(tb testing.TB) (roots [][]byte) {
	tb.Helper()
	for _, path := range []string{"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"} {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
			roots = append(roots, block.Bytes)
		}
		return roots
	}
	tb.Fatal("this machine has no root certificates, such as the package ca-certificates installs")
	return nil
}

// authority is a certificate authority, and 127.0.0.1 with a certificate of its.
type authority struct {
	root   []byte
	server tls.Certificate
}

// newAuthority makes an authority with the kinds of keys that AWS's have. The key of 127.0.0.1 is of a kind that signs
// fast: the server's work is not measured.
func newAuthority(tb testing.TB) authority {
	tb.Helper()
	made := func(key crypto.Signer, err error) crypto.Signer {
		if err != nil {
			tb.Fatal(err)
		}
		return key
	}
	signed := func(of, by *x509.Certificate, key, with crypto.Signer) []byte {
		certificate, err := x509.CreateCertificate(rand.Reader, of, by, key.Public(), with)
		if err != nil {
			tb.Fatal(err)
		}
		return certificate
	}
	named := func(name string) *x509.Certificate {
		return &x509.Certificate{
			SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, KeyUsage: x509.KeyUsageDigitalSignature,
			NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), BasicConstraintsValid: true,
		}
	}
	root, middle, leaf := named("a root"), named("an authority below it"), named("this machine")
	for _, ca := range []*x509.Certificate{root, middle} {
		ca.IsCA, ca.KeyUsage = true, x509.KeyUsageCertSign
	}
	leaf.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	rootKey, middleKey := made(rsa.GenerateKey(rand.Reader, 2048)), made(rsa.GenerateKey(rand.Reader, 2048))
	leafKey := made(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	return authority{
		root: signed(root, root, rootKey, rootKey),
		server: tls.Certificate{
			Certificate: [][]byte{signed(leaf, middle, leafKey, middleKey), signed(middle, root, middleKey, rootKey)},
			PrivateKey:  leafKey,
		},
	}
}

// peers are a DynamoDB, which is empty, a Secrets Manager and a WeChat, all of which speak TLS.
type peers struct {
	// settings are those of any function.
	settings map[string]string
	// asked are how often each of them was asked.
	asked [3]atomic.Int32
}

func (a authority) peers(tb testing.TB) *peers {
	tb.Helper()
	p := new(peers)
	var urls []string
	for i, handler := range []http.Handler{http.HandlerFunc(emptyTables), newSecrets(), wechattest.New(wechattest.Config{})} {
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			p.asked[i].Add(1)
			handler.ServeHTTP(w, r)
		}))
		server.TLS = &tls.Config{Certificates: []tls.Certificate{a.server}, MinVersion: tls.VersionTLS12}
		server.Config.ErrorLog = log.New(io.Discard, "", 0) // handshakes that a function breaks off
		server.StartTLS()
		tb.Cleanup(server.Close)
		urls = append(urls, server.URL)
	}
	p.settings = startSettings(urls[0], urls[1], urls[2])
	return p
}

// all and none say which of them were asked.
func (p *peers) all() bool {
	return p.asked[0].Load() > 0 && p.asked[1].Load() > 0 && p.asked[2].Load() > 0
}

func (p *peers) none() bool {
	return p.asked[0].Load()+p.asked[1].Load()+p.asked[2].Load() == 0
}

// emptyTables is a DynamoDB with nothing in it, as far as starts ask it.
func emptyTables(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	answer := "{}"
	if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".BatchGetItem") {
		answer = `{"Responses":{},"UnprocessedKeys":{}}`
	}
	_, _ = io.WriteString(w, answer) // a function that is stopped does not read it
}
