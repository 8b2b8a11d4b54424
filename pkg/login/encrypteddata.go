package login

import "time"

// EncryptedData is what a mini-program got from WeChat in encrypted form, and passes on. All are as they came.
type EncryptedData struct {
	// Data and IV are encryptedData and iv, in base64.
	Data, IV string
	// RawData and Signature are rawData and its signature; "" if there are none.
	RawData, Signature string
}

// OpenedData is the plain form of an EncryptedData.
type OpenedData struct {
	// JSON is the object that was encrypted, as it was.
	JSON []byte
	// OpenID is the openId in it; "" if it has none.
	OpenID string
}

// DataOpener opens what WeChat encrypts with a session_key. See
// https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/signature.html
type DataOpener interface {
	// Check refuses what cannot be WeChat's, whatever the key is, before anything is asked for it.
	//
	// Errors: DataMissing without Data or IV; DataMalformed.
	Check(data EncryptedData) error
	// Open decrypts data, and checks that it is of this app, and that its watermark is at most DataLife old. It checks
	// RawData's signature if there is one.
	//
	// Errors: those of Check; SessionKeyStale for everything else, whatever it is: whoever sends must not learn from the error
	// what is inside.
	Open(app App, sessionKey Hidden, data EncryptedData, now time.Time) (OpenedData, error)
}

// DataLife is how old encrypted data may be: as old as a code of wx.login.
const DataLife = 5 * time.Minute
