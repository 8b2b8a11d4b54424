package main

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// exampleDirectory runs examples/directory, with alice and bob, until the test ends.
func exampleDirectory(t *testing.T, key string) (url string, stop func()) {
	t.Helper()
	folder := t.TempDir()
	binary := filepath.Join(folder, "directory")
	if out, err := exec.Command("go", "build", "-o", binary, "../../examples/directory").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := listener.Addr().String()
	listener.Close()
	users, err := os.ReadFile("../../examples/directory/users.json")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, "users.json") // of its own, since a registration is written into it
	if err := os.WriteFile(file, users, 0o600); err != nil {
		t.Fatal(err)
	}
	running := exec.Command(binary, "-addr", addr, "-users", file)
	running.Env = append(os.Environ(), "DIRECTORY_KEY="+key)
	running.Stderr = t.Output()
	if err := running.Start(); err != nil {
		t.Fatal(err)
	}
	stop = func() { running.Process.Kill(); running.Wait() }
	t.Cleanup(stop)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		connection, err := net.Dial("tcp", addr)
		if err == nil {
			connection.Close()
			return "http://" + addr, stop
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

// With a directory the store's own users do not count. Everything else is unchanged.
func TestServeWithADirectory(t *testing.T) {
	key := "MARK" + strings.Repeat("k", 43)
	url, stop := exampleDirectory(t, key)
	s := startServer(t, t.TempDir(), "WXBIND_DIRECTORY_URL="+url, "WX_DIRECTORY_KEY="+key)
	if strings.Contains(s.greeting, "password") || !strings.Contains(s.greeting, "directory") {
		t.Errorf("it greets with\n%s", s.greeting)
	}
	bind := func(body string) map[string]any { return s.do(s.url+"/mobileApi/user/bind", body) }
	if a := bind(`{"code":"alice-1","username":"alice","password":"wrong horse"}`); a["error"] != "invalid_credentials" {
		t.Errorf("a wrong password: %v", a)
	}
	a := bind(`{"code":"alice-2","username":"alice","password":"correct horse"}`)
	token, _ := a["token"].(string)
	if info, _ := a["userInfo"].(map[string]any); a["code"] != 1.0 || info["id"] != "1001" || info["name"] != "Alice" {
		t.Fatalf("bind: %v", a)
	}
	if status, who := s.call("GET", "/api/sample/whoami", token, ""); status != 200 || who["userId"] != "1001" {
		t.Errorf("who am I: %d %v", status, who)
	}
	// One tap in the second mini-program: the directory says whose number it is.
	tap := func(code, phoneCode string) map[string]any {
		return s.do(s.url+"/mobileApi/user/bindPhone", `{"appId":"`+secondStandInAppID+`","code":"`+code+`","phoneCode":"`+phoneCode+`"}`)
	}
	a = tap("alice-4", "phone-13800138000-1")
	if info, _ := a["userInfo"].(map[string]any); a["code"] != 1.0 || info["id"] != "1001" {
		t.Errorf("by phone: %v", a)
	}
	if a := tap("bob-1", "phone-13900139000-1"); a["created"] != true {
		t.Errorf("a number that nobody has: %v", a)
	}
	// While it is down nobody new can log in, and existing sessions stay.
	stop()
	if a := s.check("alice-3"); a["error"] != "directory_unavailable" {
		t.Errorf("while the directory is down: %v", a)
	}
	if status, a := s.call("GET", "/mobileApi/user/info", token, ""); status != 200 {
		t.Errorf("a session while the directory is down: %d %v", status, a)
	}
	s.interrupt()
	if log := s.log.String(); strings.Contains(log, "MARK") || strings.Contains(log, "correct horse") || !strings.Contains(log, `"DirectoryLatency":`) {
		t.Errorf("the log: %s", log)
	}
}
