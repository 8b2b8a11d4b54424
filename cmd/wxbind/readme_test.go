package main

import (
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
)

// readmeStep is a curl line of a README, and the answer shown below it.
var readmeStep = regexp.MustCompile("(?s)```sh\ncurl '([^']+)'(?: -H 'content-type: application/json' -d '([^']+)')?\n```\n\n```json\n(.*?)\n```")

// Whoever pastes what a README says sees what the README shows.
func TestReadmesAnswerAsShown(t *testing.T) {
	for _, name := range []string{"README.md", "README.zh-CN.md"} {
		t.Run(name, func(t *testing.T) {
			readme, err := os.ReadFile("../../" + name)
			if err != nil {
				t.Fatal(err)
			}
			folder := t.TempDir()
			s := startServer(t, folder)
			add := "printf 'correct horse' | bin/wxbind user add bob --role demo"
			if !strings.Contains(string(readme), add) {
				t.Fatalf("the README no longer says %s", add)
			}
			if status, _, errors := command(t, "correct horse", "user", "add", "bob", "--role", "demo", "--data", folder); status != 0 {
				t.Fatal(errors)
			}
			steps := readmeStep.FindAllStringSubmatch(string(readme), -1)
			if len(steps) != 4 {
				t.Fatalf("%d steps, want 4", len(steps))
			}
			for _, step := range steps {
				url := strings.Replace(step[1], "http://127.0.0.1:3000", s.url, 1)
				if got := s.text(url, step[2]); !asShown(step[3]).MatchString(got) {
					t.Errorf("curl %s\ngives %s\nshown %s", url, got, step[3])
				}
			}
			s.interrupt()
		})
	}
}

// asShown matches an answer against one in which "…" stands for what differs.
func asShown(shown string) *regexp.Regexp {
	return regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(shown), "…", `[^"{}]+`) + "$")
}

// text is the answer to a request as it came.
func (s *server) text(url, body string) string {
	s.Helper()
	method := http.MethodGet
	if body != "" {
		method = http.MethodPost
	}
	request, err := http.NewRequestWithContext(s.Context(), method, url, strings.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		s.Fatal(err)
	}
	return string(answer)
}
