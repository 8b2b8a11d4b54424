package wechattest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestSignOfWeChatsExamples(t *testing.T) {
	for want, texts := range map[string][]string{
		"f464b24fc39322e44b38aa78f5edd27bd1441696": {"AAAAA", "1714036504", "1514711492"},
		"899cf89e464efb63f54ddac96b0a0a235f53aa78": {"AAAAA", "1714037059", "486452656"},
	} {
		if got := SignPush(texts...); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestPushesAreRepeated(t *testing.T) {
	var asked []string
	answers := []string{"", "fail", "success"}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var message struct{ CreateTime int64 }
		if err := json.NewDecoder(r.Body).Decode(&message); err != nil || r.URL.Query().Get("signature") == "" {
			t.Errorf("%v, %s", err, r.URL)
		}
		asked = append(asked, time.Unix(message.CreateTime, 0).String())
		_, _ = w.Write([]byte(answers[len(asked)-1]))
	}))
	t.Cleanup(server.Close)
	p := Pusher{AppID: "wx0", Token: "AAAAA", Address: server.URL, Mode: Plain}
	if err := p.Push(t.Context(), server.Client(), Event{Name: "debug_demo"}); err != nil {
		t.Fatal(err)
	}
	if len(asked) != 3 || asked[0] != asked[2] {
		t.Errorf("sent at %v", asked)
	}
	answers, asked = []string{"no", "no", "no"}, nil
	if err := p.Push(t.Context(), server.Client(), Event{Name: "debug_demo"}); err == nil || len(asked) != 3 {
		t.Errorf("%v after %d", err, len(asked))
	}
}

func TestStrayBlanks(t *testing.T) {
	p := Pusher{AppID: "wx0", Token: "AAAAA", Mode: Plain, XML: true, StrayBlanks: true}
	text := string(p.message(Event{Name: "user_info_modified", OpenID: "o1"}))
	for _, part := range []string{"< OpenPID><![CDATA[ G7", "<Event><![CDATA[ user_info_modified ]]></Event>", "<OpenID><![CDATA[ o1 ]]>"} {
		if !strings.Contains(text, part) {
			t.Errorf("%s lacks %s", text, part)
		}
	}
}
