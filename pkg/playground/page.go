package playground

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

// root is where everything of the page is, but for its beginning at /.
const root = "/playground"

//go:embed page phone
var builtIn embed.FS

// shell is page/index.html.
var shell = sync.OnceValues(func() (*template.Template, error) { return template.ParseFS(builtIn, "page/index.html") })

// shellData is what page/index.html is filled with.
type shellData struct {
	// Lang is zh or en.
	Lang    string
	Version string
	// Modules are the page's scripts, which a browser would else find one after the other.
	Modules []string
}

// phoneFiles are what a mini-program is shown with.
var phoneFiles = []string{"runtime.js", "example.js"}

// resource answers one method of one address.
type resource struct {
	method string
	serve  http.HandlerFunc
}

// page serves the page's own addresses.
func (p *Playground) page() http.Handler {
	resources := map[string]resource{
		"/":              {http.MethodGet, p.showShell},
		root + "/about":  {http.MethodGet, func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, p.about) }},
		root + "/store":  {http.MethodGet, p.showStore},
		root + "/events": {http.MethodGet, p.events},
		root + "/act":    {http.MethodPost, p.act},
		root + "/push":   {http.MethodPost, p.push},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		found, ok := resources[r.URL.Path]
		if files, name := p.file(r.URL.Path); files != nil {
			found, ok = resource{http.MethodGet, func(w http.ResponseWriter, r *http.Request) { serveFile(w, r, files, name) }}, true
		}
		switch {
		case !ok:
			refuse(w, http.StatusNotFound, "not_found", "the page has nothing here")
		case r.Method != found.method:
			w.Header().Set("Allow", found.method)
			refuse(w, http.StatusMethodNotAllowed, "method_not_allowed", "only "+found.method+" is served here")
		default:
			found.serve(w, r)
		}
	})
}

// file returns where the file of an address is, nil if it is no file's.
func (p *Playground) file(address string) (files fs.FS, name string) {
	if name, ok := strings.CutPrefix(address, root+"/page/"); ok {
		return builtIn, "page/" + name
	}
	if name, ok := strings.CutPrefix(address, root+"/phone/"); ok {
		for _, known := range phoneFiles {
			switch {
			case name != known:
			case p.phone != nil:
				return p.phone, name
			default:
				return builtIn, "phone/" + name
			}
		}
	}
	return nil, ""
}

// types are the types of the page's files. The system's own list may differ.
var types = map[string]string{
	".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".png": "image/png",
	".txt": "text/plain; charset=utf-8", ".json": "application/json",
}

// serveFile serves a file, which browsers keep and ask for again.
func serveFile(w http.ResponseWriter, r *http.Request, files fs.FS, name string) {
	contentType := types[path.Ext(name)]
	content, err := readFile(files, name)
	if contentType == "" || err != nil {
		message := "the page has no such file"
		if err != nil && !errors.Is(err, fs.ErrNotExist) && files != fs.FS(builtIn) {
			message = name + " cannot be read"
		}
		refuse(w, http.StatusNotFound, "not_found", message)
		return
	}
	sum := sha256.Sum256(content)
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("ETag", `"`+hex.EncodeToString(sum[:16])+`"`)
	limitReply(w)
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
}

// maxFile is the largest file that is served, in bytes.
const maxFile = 8 << 20

// readFile reads a file that is one: a pipe in a folder of one's own would keep the process from ending.
func readFile(files fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(files, name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxFile {
		return nil, errors.New("no file, or too large")
	}
	return fs.ReadFile(files, name)
}

// showShell serves the page itself, in the language that ?lang or the browser asks for.
func (p *Playground) showShell(w http.ResponseWriter, r *http.Request) {
	page, err := shell()
	modules, noFiles := fs.Glob(builtIn, "page/*.js")
	var text bytes.Buffer
	if err = errors.Join(err, noFiles); err == nil {
		err = page.Execute(&text, shellData{Lang: langOf(r), Version: p.about.Version, Modules: modules})
	}
	if err != nil {
		failed(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Vary", "Accept-Language")
	limitReply(w)
	w.Write(text.Bytes()) //nolint:errcheck // the client has disconnected
}

// langOf returns zh or en: what ?lang says, else the first of the two in Accept-Language, which browsers sort, else zh if it
// names no language.
func langOf(r *http.Request) string {
	switch lang := r.URL.Query().Get("lang"); lang {
	case "zh", "en":
		return lang
	}
	accepted := r.Header.Get("Accept-Language")
	for part := range strings.SplitSeq(accepted, ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		switch tag, _, _ = strings.Cut(strings.ToLower(tag), "-"); tag {
		case "zh", "en":
			return tag
		}
	}
	if accepted == "" {
		return "zh"
	}
	return "en"
}
