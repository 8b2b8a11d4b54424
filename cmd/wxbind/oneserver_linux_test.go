package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// shownFile returns a file as docs/one-server.md shows it.
func shownFile(t *testing.T, path string) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/one-server.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)`" + regexp.QuoteMeta(path) + "`[^`]*:\n\n```\\w+\n(.*?)```").FindSubmatch(page)
	if block == nil {
		t.Fatalf("the page does not show %s", path)
	}
	return string(block[1])
}

// found skips the test if a program is not installed.
func found(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		path, err = exec.LookPath("/usr/sbin/" + program)
	}
	if err != nil {
		t.Skip(program + " is not installed")
	}
	return path
}

func TestUnitsOfOneServer(t *testing.T) {
	analyze := found(t, "systemd-analyze")
	folder := t.TempDir()
	arguments := []string{"verify", "--man=no"}
	for _, name := range []string{"wxbind.service", "wxbind-backup.service", "wxbind-backup.timer"} {
		unit := strings.ReplaceAll(shownFile(t, "/etc/systemd/system/"+name), "/usr/local/bin/wxbind", program)
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(unit), 0o600); err != nil {
			t.Fatal(err)
		}
		arguments = append(arguments, path)
	}
	out, err := exec.Command(analyze, arguments...).CombinedOutput()
	if err != nil || bytes.Contains(out, []byte("wxbind")) { // other units of the machine may have faults
		t.Errorf("%v: %s", err, out)
	}
}

// The backup's unit deletes old backups and what backups that were killed have left, and nothing else.
func TestOldBackupsOfOneServerGo(t *testing.T) {
	find := found(t, "find")
	folder := t.TempDir()
	line := regexp.MustCompile(`(?m)^ExecStartPost=/usr/bin/find (.*)$`).FindStringSubmatch(shownFile(t, "/etc/systemd/system/wxbind-backup.service"))
	if line == nil {
		t.Fatal("the unit runs no find")
	}
	arguments := strings.Fields(strings.NewReplacer("/var/lib/wxbind-backup", folder, `"`, "").Replace(line[1]))
	goes := map[string]bool{
		"old.tar": true, "old-killed.tar.partial-123/store.db": true, "old-killed.tar.partial-123": true,
		"new.tar": false, "new-killed.tar.partial-123/store.db": false, "new-killed.tar.partial-123": false, "old-notes.txt": false,
	}
	for name := range goes {
		path := filepath.Join(folder, name)
		if strings.Contains(filepath.Base(path), ".partial-") {
			continue // its file makes it
		}
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, nil, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	before := time.Now().AddDate(0, 0, -16)
	for name := range goes {
		if strings.HasPrefix(name, "old") {
			if err := os.Chtimes(filepath.Join(folder, name), before, before); err != nil {
				t.Fatal(err)
			}
		}
	}
	if out, err := exec.Command(find, arguments...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for name, gone := range goes {
		if _, err := os.Stat(filepath.Join(folder, name)); errors.Is(err, fs.ErrNotExist) != gone {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// front is a proxy in front of serve, with the configuration that the page shows.
type front struct {
	*testing.T
	url, folder string
	client      *http.Client
}

// newFront starts a proxy with a configuration in which each name is replaced, until the test ends. Its log is in folder/log.
func newFront(t *testing.T, serve, config string, start func(folder, config string) *exec.Cmd) *front {
	t.Helper()
	f := &front{T: t, folder: t.TempDir()}
	someone := httptest.NewTLSServer(nil) // it has a certificate of example.com
	pair := someone.TLS.Certificates[0]
	roots := someone.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	someone.Close()
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	free.Close()
	_, port, _ := net.SplitHostPort(address)
	config = strings.NewReplacer("127.0.0.1:3000", strings.TrimPrefix(serve, "http://"),
		"listen 443", "listen 127.0.0.1:"+port, "listen [::]:443 ssl;", "", "https_port 443", "https_port "+port,
		"/etc/ssl/login.example.com/", f.folder+"/", "login.example.com", "example.com",
		"/var/log/nginx/", f.folder+"/log/", "/var/log/caddy/", f.folder+"/log/").Replace(config)
	for name, text := range map[string][]byte{
		"fullchain.pem": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]}),
		"privkey.pem":   pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}),
		"log/started":   nil, "config": []byte(config),
	} {
		path := filepath.Join(f.folder, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, text, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	f.url = "https://example.com"
	// All loopback addresses are this machine's, so the client can be another than the proxy.
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 7)}}
	f.client = &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, address)
		},
	}}
	t.Cleanup(f.client.CloseIdleConnections)

	command := start(f.folder, filepath.Join(f.folder, "config"))
	var said bytes.Buffer
	command.Stdout, command.Stderr = &said, &said
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { errors.Join(command.Process.Signal(syscall.SIGTERM), command.Wait()) })
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if status, _ := f.ask("/readyz", "", nil); status == http.StatusOK {
			return f
		}
		if time.Now().After(deadline) {
			t.Fatalf("it does not get ready: %s", said.String())
		}
	}
}

// ask returns status 0 if nobody answers.
func (f *front) ask(path, body string, header http.Header) (status int, text string) {
	f.Helper()
	method := http.MethodGet
	if body != "" {
		method = http.MethodPost
	}
	r, err := http.NewRequestWithContext(f.Context(), method, f.url+path, strings.NewReader(body))
	if err != nil {
		f.Fatal(err)
	}
	if header != nil {
		r.Header = header
	}
	response, err := f.client.Do(r)
	if err != nil {
		return 0, err.Error()
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		f.Fatal(err)
	}
	return response.StatusCode, string(answer)
}

// logs is all that the proxy has logged.
func (f *front) logs() string {
	f.Helper()
	var all bytes.Buffer
	files, err := filepath.Glob(filepath.Join(f.folder, "log", "*"))
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}

// The proxies that the page shows tell serve who calls, pass on what it answers, and log no code and no token.
func TestProxiesOfOneServer(t *testing.T) {
	for name, row := range map[string]struct {
		path, around string
		start        func(path string) func(folder, config string) *exec.Cmd
		// tooLarge is what the answer to a body that is too large has.
		tooLarge string
	}{
		"nginx": {
			"/etc/nginx/conf.d/wxbind.conf", "", func(path string) func(folder, config string) *exec.Cmd {
				return func(folder, config string) *exec.Cmd {
					main := "daemon off; pid " + folder + "/pid; error_log stderr; events {} http {"
					for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
						main += " " + kind + "_temp_path " + folder + "/" + kind + ";"
					}
					if err := os.WriteFile(folder+"/main", []byte(main+" include "+config+"; }"), 0o600); err != nil {
						t.Fatal(err)
					}
					return exec.Command(path, "-c", folder+"/main")
				}
			}, "nginx",
		},
		"caddy": {
			"/etc/caddy/Caddyfile", "{\n\tadmin off\n\tauto_https disable_redirects\n\thttps_port 443\n", func(path string) func(folder, config string) *exec.Cmd {
				return func(folder, config string) *exec.Cmd {
					command := exec.Command(path, "run", "--config", config, "--adapter", "caddyfile")
					command.Env = append(os.Environ(), "HOME="+folder, "XDG_DATA_HOME="+folder, "XDG_CONFIG_HOME="+folder)
					return command
				}
			}, `"error":"body_too_large"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := found(t, name)
			s := startServerWith(t, append(proxied(t), "--trusted-proxy", "127.0.0.1/32"))
			config := shownFile(t, row.path)
			if row.around != "" {
				config = strings.Replace(config, "{\n", row.around, 1)
			}
			f := newFront(t, s.url, config, row.start(path))
			forged := http.Header{"X-Forwarded-For": {"203.0.113.9"}, "X-Token": {"MARKtoken"}}
			if status, text := f.ask("/mobileApi/user/checkBind?code=MARKcode-1", "", forged); status != 200 || !strings.Contains(text, `"code":301`) {
				t.Errorf("a login: %d %s", status, text)
			}
			if status, text := f.ask("/mobileApi/user/bind", strings.Repeat("x", 70_000), nil); status != 413 || !strings.Contains(text, row.tooLarge) {
				t.Errorf("a body that is too large: %d %s", status, text)
			}
			s.interrupt()
			if log := s.log.String(); !strings.Contains(log, `"address":"127.0.0.7"`) || strings.Contains(log, "203.0.113.9") || strings.Contains(log, `"address":"127.0.0.1"`) {
				t.Errorf("the log does not say that 127.0.0.7 calls: %s", log)
			}
			if status, text := f.ask("/mobileApi/user/checkBind?code=MARKcode-2", "", forged); status != 502 {
				t.Errorf("while serve is down: %d %s", status, text)
			}
			if log := f.logs(); !strings.Contains(log, "/mobileApi/user/checkBind") || strings.Contains(log, "MARK") {
				t.Errorf("the proxy's log: %s", log)
			}
		})
	}
}
