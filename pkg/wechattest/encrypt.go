package wechattest

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // WeChat signs rawData with it
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
)

// SessionKey is the session_key that comes with a code of an app. Each code has another one, the same in every process.
func SessionKey(appID, code string) string {
	if c, ok := parseCode(code); ok {
		code = c.plain // a fault changes nothing
	}
	sum := sha256.Sum256([]byte("session_key " + appID + " " + code))
	return base64.StdEncoding.EncodeToString(sum[:16])
}

// Encrypt encrypts as WeChat does what it gives a mini-program only in encrypted form: AES-128-CBC under the session_key, padded to
// 16. It panics if the session_key is not base64 of 16 bytes.
func Encrypt(sessionKey string, plain []byte) (encryptedData, iv string) {
	key, err := base64.StdEncoding.DecodeString(sessionKey)
	if err != nil {
		panic(err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	first := make([]byte, aes.BlockSize)
	rand.Read(first) // never fails since Go 1.24
	n := aes.BlockSize - len(plain)%aes.BlockSize
	text := append(bytes.Clone(plain), bytes.Repeat([]byte{byte(n)}, n)...)
	cipher.NewCBCEncrypter(block, first).CryptBlocks(text, text)
	return base64.StdEncoding.EncodeToString(text), base64.StdEncoding.EncodeToString(first)
}

// SignRaw signs rawData as WeChat does.
func SignRaw(sessionKey, rawData string) string {
	sum := sha1.Sum([]byte(rawData + sessionKey)) //nolint:gosec // as WeChat does
	return hex.EncodeToString(sum[:])
}
