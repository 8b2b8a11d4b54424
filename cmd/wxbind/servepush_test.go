package main

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/wechattest"
)

// register has a person of the stand-in register by their phone number, and returns the user's id and the token.
func (s *server) register(person string) (userID, token string) {
	s.Helper()
	a := s.do(s.url+"/mobileApi/user/bindPhone", `{"code":"`+person+`-1","phoneCode":"phone-`+person+`-1"}`)
	user, _ := a["userInfo"].(map[string]any)
	userID, _ = user["id"].(string)
	if token, _ = a["token"].(string); userID == "" || token == "" {
		s.Fatalf("bindPhone: %v", a)
	}
	return userID, token
}

// tell has the page's WeChat push that a person has closed their account.
func (s *server) tell(person string) string {
	s.Helper()
	return s.text(s.url+"/playground/push", `{"tell":"closed","person":"`+person+`","appId":"`+standInAppID+`"}`)
}

// visit returns the status of a visit.
func (s *server) visit(token string) int {
	s.Helper()
	r, err := http.NewRequestWithContext(s.Context(), http.MethodGet, s.url+"/mobileApi/user/info", nil)
	if err != nil {
		s.Fatal(err)
	}
	r.Header.Set("X-Token", token)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		s.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode
}

// named returns what of somebody the files in a folder contain.
func named(t *testing.T, folder string, texts ...string) (found []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(files) < 2 { // the database and seal.key
		t.Fatal(files, err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range texts {
			if bytes.Contains(content, []byte(text)) && !slices.Contains(found, text) {
				found = append(found, text)
			}
		}
	}
	return found
}

// Out of the box, the page's WeChat pushes in secure mode. A person who has registered and closes their account leaves nothing that
// names them: not in the files while it serves, not in those that it leaves, and not in its log.
func TestServePushesAndNothingNamesWhoHasGone(t *testing.T) {
	folder := t.TempDir()
	s := startServer(t, folder)
	texts := map[string][]string{}
	tokens := map[string]string{}
	for person, name := range map[string]string{"alice": "爱丽丝·王", "bob": "鲍勃·李"} {
		id, token := s.register(person)
		if status, _, said := command(t, "", "user", "set", id, "--name", name, "--data", folder); status != 0 {
			t.Fatal(said)
		}
		tokens[person] = token
		texts[person] = []string{
			name, wechattest.PhoneNumber(person), wechattest.OpenID(standInAppID, person), wechattest.UnionID(person), id,
		}
	}
	if found := named(t, folder, texts["alice"]...); len(found) < 4 { // of the unionid there is only a hash
		t.Fatalf("of alice there are only %q", found)
	}
	if answer := s.tell("alice"); answer != "{}\n" {
		t.Fatalf("the page answers %s", answer)
	}
	if alice, bob := s.visit(tokens["alice"]), s.visit(tokens["bob"]); alice != http.StatusUnauthorized || bob != http.StatusOK {
		t.Errorf("the next visits: alice %d, bob %d", alice, bob)
	}
	look := func(when string) {
		t.Helper()
		if found := named(t, folder, texts["alice"]...); len(found) > 0 {
			t.Errorf("%s, the files name alice: %q", when, found)
		}
		if found := named(t, folder, texts["bob"]...); len(found) < 4 {
			t.Errorf("%s, the files have of bob only %q", when, found)
		}
	}
	look("while it serves")
	s.interrupt()
	look("after its end")
	for _, text := range texts["alice"][:4] { // the log has ids of users
		if strings.Contains(s.log.String(), text) {
			t.Errorf("the log has %s", text)
		}
	}
	for _, want := range []string{`"push":"user_authorization_cancellation"`, `"outcome":"push_done"`} {
		if !strings.Contains(s.log.String(), want) {
			t.Errorf("the log lacks %s: %s", want, s.log)
		}
	}
}

// A secret in a file decides how WeChat pushes to the stand-in's mini-programs, and whether it does.
func TestServePushesAsTheSecretsFileSays(t *testing.T) {
	for name, c := range map[string]struct{ push, answer, outcome string }{
		"secure mode": {`,"push":{"token":"token","encodingAESKey":"` + strings.Repeat("k", 43) + `"}`, "{}\n", "push_done"},
		"plain mode":  {`,"push":{"token":"token"}`, "{}\n", "push_unproved"},
		"no settings": {"", `"error":"push_off"`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "secret.json")
			secret := `{"defaultApp":"` + standInAppID + `","apps":{"` + standInAppID + `":{"appSecret":"made-up","register":["phone"]` + c.push + `}}}`
			if err := os.WriteFile(path, []byte(secret), 0o600); err != nil {
				t.Fatal(err)
			}
			s := startServerWith(t, []string{"--data", t.TempDir(), "--secret-file", path})
			_, token := s.register("alice")
			if answer := s.tell("alice"); !strings.Contains(answer, c.answer) {
				t.Errorf("the page answers %s", answer)
			}
			if status := s.visit(token); (status == http.StatusUnauthorized) != (c.outcome == "push_done") {
				t.Errorf("her next visit: %d", status)
			}
			s.interrupt()
			if pushed := strings.Contains(s.log.String(), `"route":"push"`); pushed != (c.outcome != "") || !strings.Contains(s.log.String(), c.outcome) {
				t.Errorf("the log: %s", s.log)
			}
		})
	}
}
