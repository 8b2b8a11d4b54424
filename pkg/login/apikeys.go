package login

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
)

// APIKeys are the keys of WeChat's API security (API 安全) for a mini-program, as its console gives them. With them, calls that
// WeChat accepts encrypted are encrypted with AES256_GCM and signed with RSAwithSHA256, and their answers must be. The zero APIKeys
// are none.
type APIKeys struct {
	// SymmetricID is the number (编号) of the symmetric key, and Symmetric that key: 32 bytes in base64.
	SymmetricID string
	Symmetric   Hidden
	// Private is the private key of the application (应用私钥), RSA in PEM.
	Private Hidden
	// CertificateID is the number of WeChat's certificate (平台证书), and Certificate that certificate in PEM. The number is not
	// the one within it.
	CertificateID string
	Certificate   string
}

// APISecurity are APIKeys, ready for use.
type APISecurity struct {
	SymmetricID, CertificateID string
	Symmetric                  cipher.AEAD
	Private                    *rsa.PrivateKey
	WeChat                     *rsa.PublicKey
}

// The shortest RSA keys: WeChat's console makes keys of 2048 bits.
const minRSA = 2048

// Security parses the keys. It is nil without keys.
//
// Errors name the key that is wrong, and quote nothing.
func (k APIKeys) Security() (*APISecurity, error) {
	if k == (APIKeys{}) {
		return nil, nil //nolint:nilnil // no keys are no fault
	}
	s := &APISecurity{SymmetricID: k.SymmetricID, CertificateID: k.CertificateID}
	for name, id := range map[string]string{"symmetricId": s.SymmetricID, "certificateId": s.CertificateID} {
		if !plainName(id, maxAppID) {
			return nil, fmt.Errorf("%s must be the number that the console shows, 1 to %d of A-Z a-z 0-9 _ -", name, maxAppID)
		}
	}
	key, err := base64.StdEncoding.DecodeString(string(k.Symmetric))
	if err != nil || len(key) != 32 {
		return nil, errors.New("symmetricKey must be 32 bytes in base64, for AES256_GCM; SM4_GCM is not supported")
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	if s.Symmetric, err = cipher.NewGCM(block); err != nil {
		return nil, err
	}
	if s.Private = privateKey(string(k.Private)); s.Private == nil {
		return nil, errors.New("privateKey must be an RSA key of at least 2048 bits in PEM; SM2 is not supported")
	}
	if s.WeChat = certified(k.Certificate); s.WeChat == nil {
		return nil, errors.New("certificate must be WeChat's certificate in PEM, with an RSA key of at least 2048 bits")
	}
	return s, nil
}

// privateKey reads an RSA key in PEM: PKCS #1, as the console gives it, or PKCS #8. It is nil if there is none.
func privateKey(text string) *rsa.PrivateKey {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil
	}
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		parsed, _ := x509.ParsePKCS8PrivateKey(block.Bytes)
		key, _ = parsed.(*rsa.PrivateKey)
	}
	if key == nil || key.N.BitLen() < minRSA {
		return nil
	}
	return key
}

// certified reads the RSA key of a certificate in PEM. It is nil if there is none. The certificate is trusted because the operator
// has put it into the secret. Its own dates do not count: WeChat names the certificate with each signature, and stops to use it.
func certified(text string) *rsa.PublicKey {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil
	}
	key, _ := certificate.PublicKey.(*rsa.PublicKey)
	if key == nil || key.N.BitLen() < minRSA {
		return nil
	}
	return key
}
