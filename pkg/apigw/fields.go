package apigw

import "github.com/wxbind/wxbind/pkg/login"

// Which value of a field counts is one rule for all routes:
//
//   - A route reads lang, appId and the fields that it declares, in its query, and in its body if it has one. A body of
//     the others is not looked at.
//   - lang and appId count in both places. The other fields of a route with a body are read only there, so that
//     no password, code or token need stand in an address, where logs keep it; DELETE of the account takes its code
//     from both, since some clients cannot send a body with it.
//   - Where both have a field, the body's counts, unless it says nothing.
//   - What a place does not read is ignored, however often it comes and whatever it holds. What is read comes
//     once, and can be decoded.
//   - appid, the name in WeChat's pre-fetch, is appId. Both may come with the same value.

// fields are the named values of a query or a body that say something. A boolean is "true" or "false".
type fields map[string]string

// truth reads a boolean. An absent one is false.
func (f fields) truth(name string) bool { return f[name] == "true" }

// over returns the fields of a body with those of the query that it does not have. It may change f.
func (f fields) over(query fields) fields {
	if len(f) == 0 {
		return query
	}
	for name, value := range query {
		if said, ok := f[name]; !ok || login.SaysNothing(said) || login.LostObject(said) {
			f[name] = value
		}
	}
	return f
}

// fieldType is what a field may hold.
type fieldType int

const (
	// text is kept as it is: somebody may be called null, and a code that is none is an error.
	text fieldType = iota + 1
	// optional is text that counts as absent if it is JavaScript's word for nothing or for an object, or an object of JSON.
	optional
	// truth is a boolean. JavaScript's words for nothing count as absent. Its word for an object does not: the
	// object may have been there to say true.
	truth
	// clearable is text that may be "", which is not the same as absent.
	clearable
)

// field is a field that a route knows.
type field struct {
	name string
	fieldType
}

// common holds the fields that every route reads.
var common = [...]field{{appIDName, optional}, {appIDAlias, optional}, {"lang", optional}}

// The fields that several routes read.
var (
	codeField        = field{"code", text}
	passwordField    = field{"password", text}
	newPasswordField = field{"newPassword", optional}
	// phoneCodeField is the code that the button for the phone number gives. It is no code of wx.login.
	phoneCodeField = field{"phoneCode", text}
	// prefetchKeyField is the key in the address that WeChat's console has for the pre-fetch.
	prefetchKeyField = field{"prefetchKey", optional}
	// These are in the query of what WeChat pushes. The openid that is there, too, is not read: it is not signed.
	signatureField        = field{"signature", text}
	messageSignatureField = field{"msg_signature", text}
	timestampField        = field{"timestamp", text}
	nonceField            = field{"nonce", text}
	echoField             = field{"echostr", text}
	// These are what a mini-program gets from WeChat in encrypted form.
	encryptedDataField = field{"encryptedData", optional}
	ivField            = field{"iv", optional}
	rawDataField       = field{"rawData", optional}
	rawSignatureField  = field{"signature", optional}
	// replaceField asks for the place of the user's other WeChat.
	replaceField = field{"replace", truth}
)

const (
	appIDName = "appId"
	// appIDAlias is how WeChat's pre-fetch names it:
	// https://developers.weixin.qq.com/miniprogram/dev/framework/ability/pre-fetch.html
	appIDAlias = "appid"
)

// known lists the fields that are read in one place, besides the common ones.
type known []field

// inQuery lists the fields that a route reads in its query.
func (r *Route) inQuery() known {
	if r.fieldsIn == inBody {
		return nil
	}
	return r.fields
}

// find returns the field of a name, and its number among the known ones.
func (k known) find(name string) (found field, number int, ok bool) {
	for i, f := range common {
		if f.name == name {
			return f, i, true
		}
	}
	for i, f := range k {
		if f.name == name {
			return f, len(common) + i, true
		}
	}
	return field{}, 0, false
}

// names are numbers of known fields, a bit each.
type names uint

// add adds a number. It says whether it is new.
func (n *names) add(number int) bool {
	before := *n
	*n |= 1 << number
	return *n != before
}

// put adds the value of a known field, unless it says nothing. That of one that is clearable says something, even if it is "".
//
// Errors: FieldWrongType; ParameterRepeated if it has another value already, under its other name.
func (f fields) put(is field, value string) error {
	switch {
	case is.fieldType == clearable:
	case value == "":
		return nil
	case is.fieldType == text:
	case login.SaysNothing(value), is.fieldType == optional && login.LostObject(value):
		return nil
	case is.fieldType == truth && value != "true" && value != "false":
		return login.FieldWrongType
	}
	name := is.name
	if name == appIDAlias {
		name = appIDName
	}
	if before, ok := f[name]; ok && before != value {
		return login.ParameterRepeated
	}
	f[name] = value
	return nil
}
