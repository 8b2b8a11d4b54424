package platform

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/upstream"
)

// Whatever a directory answers, judge does not panic, returns a profile within the limits or none, and quotes nothing.
func FuzzAnswer(f *testing.F) {
	f.Add(200, "application/json", []byte(`{"id":"1001","username":"alice","name":"Alice","roles":["clerk"],"disabled":false}`))
	f.Add(200, "application/json; charset=utf-8", []byte(`{"id":"S3CRET\ud800","username":"a","name":"","roles":[],"disabled":true}`))
	f.Add(200, "application/json", []byte("\uFEFF"+`{"id":"1001","username":"alice","name":"Alice","roles":["clerk"],"disabled":false}`))
	f.Add(401, "application/json", []byte(`{"error":"invalid_credentials"}`))
	f.Add(401, "application/json", []byte(`{"error":"signature_invalid","S3CRET":[[[[]]]]}`))
	f.Add(403, "application/json", []byte(`{"error":"user_disabled"}`))
	f.Add(200, "application/json", []byte(`{"id":"1001","username":"alice","name":"Alice","roles":["clerk"],"disabled":false,"phone":"S3CRET"}`))
	f.Add(200, "application/json", []byte(`{"id":"1001","username":"alice","name":"Alice","roles":[],"disabled":false,"avatar":"https://img.example.com/a.png"}`))
	f.Add(501, "application/json", []byte(`{"error":"not_implemented"}`))
	f.Add(404, "text/html", []byte(`<html>S3CRET</html>`))
	f.Fuzz(func(t *testing.T, status int, contentType string, body []byte) {
		for _, op := range []Operation{authenticate, get, byPhone, register} {
			phone := ""
			if op.optional() {
				phone = "+8613800138000"
			}
			p, failed, verdict := judge(op, phone, upstream.Answer{Status: status, Header: http.Header{"Content-Type": {contentType}}, Body: body})
			told := 0
			if verdict != nil {
				told++
			}
			if failed != nil {
				told++
				failed.Operation, failed.Host, failed.Attempts = op, "host", 1
				if strings.Contains(failed.Error(), "S3CRET") || strings.Contains(failed.Error(), "\n") {
					t.Errorf("the error quotes the answer: %v", failed)
				}
			}
			if p.ID == "" {
				if told != 1 {
					t.Errorf("no profile, verdict %v and error %v; want one of them", verdict, failed)
				}
				continue
			}
			var named struct {
				Phone string `json:"phone"`
			}
			_ = json.Unmarshal(bytes.TrimPrefix(body, []byte("\uFEFF")), &named)
			if digits := regexp.MustCompile(`\D`).ReplaceAllString(named.Phone, ""); op.optional() && named.Phone != "" && !strings.HasSuffix(digits, "13800138000") {
				t.Errorf("a user with the phone %q is let in", named.Phone)
			}
			if told != 0 || status != 200 || len(p.ID) > 256 || len(p.Username) > 128 || p.Username == "" || p.Name == "" || len(p.Roles) > 20 {
				t.Errorf("status %d gives %+v, %v, %v", status, p, verdict, failed)
			}
			if p.Avatar != "" && !login.DescribedAvatar(p.Avatar) {
				t.Errorf("the avatar %q is let in", p.Avatar)
			}
			for _, text := range append(p.Roles, p.ID, p.Username, p.Name) {
				if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) || r == utf8.RuneError }) {
					t.Errorf("%q is let in", text)
				}
			}
		}
	})
}
