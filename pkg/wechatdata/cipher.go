package wechatdata

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/binary"
	"errors"

	"github.com/wxbind/wxbind/pkg/login"
)

// What is encrypted is 16 random bytes, the length of the message in 4 bytes, the message, the appid, and a padding to whole
// blocks of 32 bytes, as PKCS#7 pads. See
// https://developers.weixin.qq.com/miniprogram/dev/framework/server-ability/message-push.html
const (
	randomLength = 16
	headLength   = randomLength + 4
	padBlock     = 32
)

var (
	errKey     = errors.New("the EncodingAESKey is not one")
	errCipher  = errors.New("what is encrypted does not consist of whole blocks")
	errPadding = errors.New("what is encrypted was not encrypted with this EncodingAESKey")
	errLength  = errors.New("the length in what is encrypted is wrong")
	errAppID   = errors.New("what is encrypted is another app's")
)

// open decrypts what WeChat has encrypted for an app. Its signature has been checked, so the errors tell a forger nothing.
func open(encodingAESKey login.Hidden, appID, encrypted string) ([]byte, error) {
	block, iv, err := cipherOf(encodingAESKey)
	if err != nil {
		return nil, err
	}
	text, err := base64.StdEncoding.DecodeString(encrypted)
	if err != nil || len(text) < padBlock || len(text)%aes.BlockSize != 0 {
		return nil, errCipher
	}
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(text, text)
	if text = unpad(text, padBlock); text == nil {
		return nil, errPadding
	}
	if len(text) < headLength {
		return nil, errLength
	}
	length := binary.BigEndian.Uint32(text[randomLength:])
	text = text[headLength:]
	if uint64(length) > uint64(len(text)) {
		return nil, errLength
	}
	if string(text[length:]) != appID {
		return nil, errAppID
	}
	return text[:length], nil
}

// cipherOf makes the cipher of an EncodingAESKey, and its initialization vector. Two of the 258 bits in 43 characters of base64
// count for nothing, and WeChat does not make them zero.
func cipherOf(encodingAESKey login.Hidden) (cipher.Block, []byte, error) {
	key, err := base64.RawStdEncoding.DecodeString(string(encodingAESKey))
	if err != nil || len(key) != 32 {
		return nil, nil, errKey
	}
	block, err := aes.NewCipher(key)
	return block, key[:aes.BlockSize], err
}

// unpad removes the padding of PKCS#7 to whole blocks: as many bytes as each of them says. The result is nil if it is another.
func unpad(text []byte, block int) []byte {
	pad := int(text[len(text)-1])
	if pad < 1 || pad > block || pad > len(text) {
		return nil
	}
	for _, b := range text[len(text)-pad:] {
		if int(b) != pad {
			return nil
		}
	}
	return text[:len(text)-pad]
}
