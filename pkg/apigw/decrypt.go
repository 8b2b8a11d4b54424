package apigw

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/needs"
)

// Decrypt opens what WeChat gives a mini-program only in encrypted form.
var Decrypt = Route{
	Function: "decrypt",
	Method:   http.MethodPost,
	Path:     "/mobileApi/wechat/decrypt",
	handler:  bySession(decrypt),
	fieldsIn: inBody,
	fields:   []field{codeField, encryptedDataField, ivField, rawDataField, rawSignatureField},
	needs:    needs.Code | needs.Bindings | needs.Data,
	outcomes: []login.Outcome{login.OutcomeDecrypted},
	refusals: []login.Code{
		login.DataMissing, login.DataMalformed, login.SessionKeyStale, login.TooManyAttempts, login.ReauthRequired, login.WXTokenRejected,
	},
}

type decryptBody struct {
	Code int    `json:"code"`
	Msg  string `json:"msg"`
	// Data is the object that was encrypted, with its watermark.
	Data json.RawMessage `json:"data"`
}

func decrypt(ctx context.Context, s *login.Service, v login.Visitor, r *request) (answer, error) {
	opened, err := s.Decrypt(ctx, r.caller, v, login.EncryptedData{
		Data: r.fields[encryptedDataField.name], IV: r.fields[ivField.name],
		RawData: r.fields[rawDataField.name], Signature: r.fields[rawSignatureField.name],
	}, r.fields["code"])
	if err != nil {
		return answer{}, err
	}
	return answer{decryptBody{codeDone, sentence(r.lang, "解密成功", "Decrypted."), opened.JSON}, login.OutcomeDecrypted}, nil
}
