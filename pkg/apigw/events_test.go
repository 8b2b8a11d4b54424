package apigw_test

import (
	"encoding/base64"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

func inBase64(e events.APIGatewayV2HTTPRequest) events.APIGatewayV2HTTPRequest {
	e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString([]byte(e.Body)), true
	return e
}

func broken(e events.APIGatewayV2HTTPRequest) events.APIGatewayV2HTTPRequest {
	e.IsBase64Encoded = true
	return e
}

func withQuery(e events.APIGatewayV2HTTPRequest, query string) events.APIGatewayV2HTTPRequest {
	e.RawQueryString = query
	return e
}

func inQuery(query string) events.APIGatewayV2HTTPRequest {
	return withQuery(post("application/json", ""), query)
}

// parts is a login as a browser's form sends it with its files.
const parts = "--x\r\nContent-Disposition: form-data; name=\"code\"\r\n\r\nalice-1\r\n--x--\r\n"

// utf16 writes ASCII as UTF-16, with a byte order mark.
func utf16(text string) string {
	return "\xff\xfe" + strings.Join(strings.Split(text, ""), "\x00") + "\x00"
}
