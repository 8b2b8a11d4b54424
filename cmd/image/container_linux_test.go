package main

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/wechattest"
)

// container is the root filesystem of an image, in which programs run as an engine runs them: they see no other file, have
// the image's environment and are its user.
type container struct {
	*testing.T
	root string
	execution
}

// newContainer unpacks an image with these roots.
func newContainer(t *testing.T, roots []byte) *container {
	t.Helper()
	image, err := newImage(program, roots, runtime.GOARCH)
	if err != nil {
		t.Fatal(err)
	}
	c, layer := unpacked(t, image)
	root := filepath.Join(t.TempDir(), "root")
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	headers, contents := files(t, layer)
	for _, h := range headers {
		path := filepath.Join(root, h.Name)
		if h.FileInfo().IsDir() {
			err = os.Mkdir(path, 0o700)
		} else {
			err = os.WriteFile(path, contents[h.Name], 0o600)
		}
		if os.Getuid() == 0 {
			err = errors.Join(err, os.Chown(path, h.Uid, h.Gid))
		}
		if err := errors.Join(err, os.Chmod(path, h.FileInfo().Mode())); err != nil {
			t.Fatal(err)
		}
	}
	return &container{t, root, c.Config}
}

// command is a program in the container. Root becomes the image's user; another user is that user in a namespace.
func (c *container) command(arguments ...string) *exec.Cmd {
	command := exec.Command(arguments[0], arguments[1:]...)
	command.Env, command.Dir = c.Env, c.WorkingDir
	command.SysProcAttr = &syscall.SysProcAttr{Chroot: c.root}
	if os.Getuid() == 0 {
		command.SysProcAttr.Credential = &syscall.Credential{Uid: userID, Gid: userID}
	} else {
		command.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER
		command.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: userID, HostID: os.Getuid(), Size: 1}}
		command.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: userID, HostID: os.Getgid(), Size: 1}}
	}
	return command
}

// started fails the test if a program could not be started.
func (c *container) started(err error) {
	c.Helper()
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EACCES) {
		c.Fatal("this user may not change the root folder: run the test as root, or let users make namespaces " +
			"(Ubuntu: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0)")
	}
	if err != nil {
		c.Fatal(err)
	}
}

// run runs wxbind until it ends.
func (c *container) run(input string, arguments ...string) (out string, err error) {
	c.Helper()
	command := c.command(append([]string{c.Entrypoint[0]}, arguments...)...)
	var both bytes.Buffer
	command.Stdin, command.Stdout, command.Stderr = strings.NewReader(input), &both, &both
	c.started(command.Start())
	err = command.Wait()
	return both.String(), err
}

var servedOn = regexp.MustCompile(`serving on (http://\S+)`)

// serve runs the image's entry point with more arguments, until the returned function stops it as an engine does.
func (c *container) serve(settings []string, arguments ...string) (url string, stop func()) {
	c.Helper()
	command := c.command(append(append(c.Entrypoint[:len(c.Entrypoint):len(c.Entrypoint)], "--addr", "127.0.0.1:0"), arguments...)...)
	command.Env = append(command.Env[:len(command.Env):len(command.Env)], settings...)
	var said bytes.Buffer
	command.Stderr = &said
	out, err := command.StdoutPipe()
	if err != nil {
		c.Fatal(err)
	}
	c.started(command.Start())
	c.Cleanup(func() { command.Process.Kill() })
	deadline := time.AfterFunc(time.Minute, func() { command.Process.Kill() })
	text := ""
	for buffer := make([]byte, 4096); !strings.Contains(text, "Press Ctrl-C"); {
		n, err := out.Read(buffer)
		text += string(buffer[:n])
		if err != nil {
			c.Fatalf("it does not serve: %v, %s%s", command.Wait(), text, said.String())
		}
	}
	return servedOn.FindStringSubmatch(text)[1], func() {
		c.Helper()
		if err := command.Process.Signal(syscall.SIGTERM); err != nil {
			c.Fatal(err)
		}
		_, err := io.Copy(io.Discard, out)
		if err := errors.Join(err, command.Wait()); err != nil {
			c.Errorf("it ended with %v: %s", err, said.String())
		}
		deadline.Stop()
	}
}

// ask returns the code and the error of an answer.
func (c *container) ask(url, body string) (code float64, refusal string) {
	c.Helper()
	answer, err := http.Get(url)
	if body != "" {
		answer, err = http.Post(url, "application/json", strings.NewReader(body))
	}
	if err != nil {
		c.Fatal(err)
	}
	defer answer.Body.Close()
	var a struct {
		Code  float64
		Error string
	}
	if err := json.NewDecoder(answer.Body).Decode(&a); err != nil {
		c.Fatal(err)
	}
	return a.Code, a.Error
}

func TestImageServesAndKeepsItsData(t *testing.T) {
	c := newContainer(t, []byte(anyRoot))
	url, stop := c.serve(nil, "--stand-in", "127.0.0.1:0")
	out, err := c.run("correct horse", "user", "add", "bob", "--data", "/data")
	if err != nil || !strings.Contains(out, `"by":"wxbind"`) {
		t.Errorf("user add: %v, %s; want it done by the image's user, by name", err, out)
	}
	if code, refusal := c.ask(url+"/mobileApi/user/bind", `{"code":"bob-1","username":"bob","password":"correct horse"}`); code != 1 {
		t.Errorf("bind: %v %s", code, refusal)
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		if out, err := c.run("", "probe", url+path); err != nil {
			t.Errorf("probe %s: %v, %s", path, err, out)
		}
	}
	if out, err := c.run("", "backup", "/data/backup.tar", "--data", "/data"); err != nil {
		t.Errorf("backup: %v, %s", err, out)
	}
	stop()
	if out, err := c.run("", "probe", url+"/healthz"); err == nil || !strings.Contains(out, "nobody listens there") {
		t.Errorf("a probe of what has ended: %v, %s", err, out)
	}

	url, stop = c.serve(nil, "--stand-in", "127.0.0.1:0")
	if code, refusal := c.ask(url+"/mobileApi/user/checkBind?code=bob-2", ""); code != 1 {
		t.Errorf("after a restart: %v %s", code, refusal)
	}
	stop()
}

// Forgotten settings make no stand-in for all who reach the container's port.
func TestImageWithoutSettingsDoesNotStart(t *testing.T) {
	c := newContainer(t, []byte(anyRoot))
	if out, err := c.run("", c.Entrypoint[1:]...); err == nil || !strings.Contains(out, "WX_APPID and WX_APPSECRET are not set") {
		t.Errorf("%v, %s", err, out)
	}
}

// The image calls WeChat over TLS, and trusts the roots of the machine that it was made on and nobody else.
func TestImageTrustsTheRootsOfItsBuilder(t *testing.T) {
	const app = "wx0123456789abcde0"
	wechat := httptest.NewUnstartedServer(wechattest.New(wechattest.Config{Apps: map[string]string{app: "MARKsecret"}}))
	wechat.Config.ErrorLog = log.New(io.Discard, "", 0) // it says that it is not trusted
	wechat.StartTLS()
	defer wechat.Close()
	other, err := readRoots("")
	if err != nil {
		t.Fatal(err)
	}
	ours := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: wechat.Certificate().Raw})
	for name, row := range map[string]struct {
		roots   []byte
		code    float64
		refusal string
	}{
		"among others": {append(other[:len(other):len(other)], ours...), 301, ""},
		"missing":      {other, 0, "wx_unavailable"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newContainer(t, row.roots)
			url, stop := c.serve([]string{"WX_APPID=" + app, "WX_APPSECRET=MARKsecret", "WECHAT_API_BASE=" + wechat.URL})
			if code, refusal := c.ask(url+"/mobileApi/user/checkBind?code=alice-1", ""); code != row.code || refusal != row.refusal {
				t.Errorf("checkBind: %v %s, want %v %s", code, refusal, row.code, row.refusal)
			}
			stop()
		})
	}
}
