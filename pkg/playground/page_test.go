package playground_test

import (
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

func TestAbout(t *testing.T) {
	w := newWorld(t)
	want := `{"apps":[{"appId":"` + appID + `","name":"Demo"}],"demoUser":"demo","version":"v0","standIn":"","base":"` + w.url + `"}` + "\n"
	if got := w.get("/playground/about").text; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// The page comes in the language that the address asks for, else the browser's; Chinese if nothing is said.
func TestLanguageOfThePage(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct{ query, accepts, want string }{
		{"", "", "zh-CN"}, {"", "zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"}, {"", "en-US,en;q=0.9,zh;q=0.8", "en"}, {"", "fr-FR,fr;q=0.9", "en"},
		{"", "fr, zh-TW;q=0.5", "zh-CN"}, {"?lang=en", "zh", "en"}, {"?lang=zh", "en", "zh-CN"}, {"?lang=xx", "en", "en"}, {"", "EN", "en"},
	} {
		a := w.get("/"+c.query, "Accept-Language", c.accepts)
		if !strings.Contains(a.text, `<html lang="`+c.want+`"`) || a.Header.Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%+v: %.200s", c, a.text)
		}
	}
}

// A browser asks for all scripts at once, each as the type that it takes.
func TestScriptsAreAskedForAtOnce(t *testing.T) {
	w := newWorld(t)
	shell := w.get("/").text
	files, err := filepath.Glob("page/*.js")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		path := "/playground/" + filepath.ToSlash(file)
		if !strings.Contains(shell, `<link rel="modulepreload" href="`+path+`">`) {
			t.Errorf("%s is asked for later", path)
		}
		if a := w.get(path); a.StatusCode != 200 || a.Header.Get("Content-Type") != "text/javascript; charset=utf-8" {
			t.Errorf("%s: %d %v", path, a.StatusCode, a.Header)
		}
	}
}

// A browser keeps the files and asks whether they have changed.
func TestFilesAreKept(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/playground/phone/runtime.js", "/playground/phone/example.js"} {
		a := w.get(path)
		tag := a.Header.Get("ETag")
		if a.StatusCode != 200 || a.text == "" || tag == "" || a.Header.Get("Cache-Control") != "no-cache" || a.Header.Get("Content-Type") != "text/javascript; charset=utf-8" {
			t.Errorf("%s: %d %v", path, a.StatusCode, a.Header)
		}
		if again := w.get(path, "If-None-Match", tag); again.StatusCode != 304 || again.text != "" {
			t.Errorf("%s again: %d", path, again.StatusCode)
		}
	}
}

// A folder of one's own is read anew at each request.
func TestPhoneOfOnesOwn(t *testing.T) {
	folder := fstest.MapFS{"runtime.js": {Data: []byte("one")}, "secret.js": {Data: []byte("no")}}
	w := newWorldWith(t, settings{phone: folder})
	first := w.get("/playground/phone/runtime.js")
	folder["runtime.js"] = &fstest.MapFile{Data: []byte("two")}
	second := w.get("/playground/phone/runtime.js", "If-None-Match", first.Header.Get("ETag"))
	if first.text != "one" || second.text != "two" {
		t.Errorf("%q, then %q", first.text, second.text)
	}
	folder["runtime.js"] = &fstest.MapFile{Mode: fs.ModeNamedPipe}
	folder["example.js"] = &fstest.MapFile{Data: make([]byte, 8<<20+1)}
	for _, name := range []string{"runtime.js", "example.js"} {
		if a := w.get("/playground/phone/" + name); a.StatusCode != 404 || !strings.Contains(a.text, name+" cannot be read") {
			t.Errorf("%s: %d %.200s", name, a.StatusCode, a.text)
		}
	}
	delete(folder, "example.js")
	for _, name := range []string{"example.js", "secret.js"} {
		if a := w.get("/playground/phone/" + name); a.StatusCode != 404 {
			t.Errorf("%s: %d %s", name, a.StatusCode, a.text)
		}
	}
}
