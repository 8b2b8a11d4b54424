package main

import (
	"context"
	"os"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/secrets"
)

type secretAppAPIKeysCmd struct {
	secretFlags
	AppID         string `arg:"" name:"appid" help:"The mini-program."`
	SymmetricID   string `help:"The number of the symmetric key, as the console shows it." placeholder:"ID"`
	SymmetricKey  string `help:"The file with the symmetric key (AES256_GCM), in base64." placeholder:"FILE"`
	PrivateKey    string `help:"The file with the application's private key (RSA), in PEM." placeholder:"FILE"`
	CertificateID string `help:"The number of WeChat's certificate, as the console shows it." placeholder:"ID"`
	Certificate   string `help:"The file with WeChat's certificate, in PEM." placeholder:"FILE"`
	Remove        bool   `help:"Remove the keys, because API security is off in the console."`
}

// maxKeyFile bounds a file with a key or a certificate, in bytes.
const maxKeyFile = 16 << 10

// Run stores the keys with which calls of the mini-program are encrypted and signed.
func (c secretAppAPIKeysCmd) Run(ctx context.Context, t console) error {
	keys, err := c.keys()
	if err != nil {
		return err
	}
	if err := c.change(ctx, func(d *secrets.Draft) error { return d.SetAPIKeys(c.AppID, keys) }); err != nil {
		return err
	}
	if c.Remove {
		sayf(t.out, "removed the keys of API security of %s\n", c.AppID)
	} else {
		sayf(t.out, "set the keys of API security of %s\n", c.AppID)
	}
	sayf(t.out, "running functions may keep to the keys of before for up to 10 minutes\n")
	return nil
}

// keys are those of the flags; none to remove them.
func (c secretAppAPIKeysCmd) keys() (login.APIKeys, error) {
	given := []string{c.SymmetricID, c.SymmetricKey, c.PrivateKey, c.CertificateID, c.Certificate}
	n := 0
	for _, value := range given {
		if value != "" {
			n++
		}
	}
	switch {
	case c.Remove && n == 0:
		return login.APIKeys{}, nil
	case c.Remove || n != len(given):
		return login.APIKeys{}, errorf("give --symmetric-id, --symmetric-key, --private-key, --certificate-id and --certificate, or --remove alone")
	}
	keys := login.APIKeys{SymmetricID: c.SymmetricID, CertificateID: c.CertificateID}
	for path, into := range map[string]*string{
		c.SymmetricKey: (*string)(&keys.Symmetric), c.PrivateKey: (*string)(&keys.Private), c.Certificate: &keys.Certificate,
	} {
		text, err := keyFile(path)
		if err != nil {
			return login.APIKeys{}, err
		}
		*into = text
	}
	if _, err := keys.Security(); err != nil {
		return login.APIKeys{}, err
	}
	return keys, nil
}

// keyFile reads a small file.
func keyFile(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() || info.Size() > maxKeyFile {
		return "", errorf("%s is no file with a key: it has more than %d bytes, or is no file", path, maxKeyFile)
	}
	text, err := os.ReadFile(path)
	return strings.TrimSpace(string(text)), err
}
