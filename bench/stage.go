package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"syscall"
)

// stage is where everything runs: a folder, the processes that were started, and WeChat.
type stage struct {
	// root is the project's folder, and cache the one in it that keeps what was built.
	root, cache string
	// folder is for this run only. It is on the same disk as the project.
	folder    string
	processes []*process
	wechat    *weChat
	serial    atomic.Int64
	// mariadb is started by the first peer that needs it, and serves all: logins only read there.
	mariadb *mariaDB
}

func openStage(ctx context.Context) (*stage, error) {
	root, err := filepath.Abs("..")
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(root, "bench", "main.go")); err != nil {
		return nil, fmt.Errorf("it runs in the folder bench of the project: use make bench-peers or make bench-growth")
	}
	s := &stage{root: root, cache: filepath.Join(root, ".cache", "bench")}
	if err := os.MkdirAll(s.cache, 0o750); err != nil {
		return nil, err
	}
	if s.folder, err = os.MkdirTemp(s.cache, "run-"); err != nil {
		return nil, err
	}
	if s.wechat, err = startWeChat(ctx); err != nil {
		s.close()
		return nil, err
	}
	if inMemory(s.folder) {
		say("note: %s is in memory, where waiting for the disk takes no time; the figures flatter what is durable", s.folder)
	}
	return s, nil
}

// close stops all, the newest first, and removes the folder.
func (s *stage) close() {
	for i := len(s.processes) - 1; i >= 0; i-- {
		s.processes[i].stop()
	}
	if s.wechat != nil {
		s.wechat.server.Close()
	}
	if err := os.RemoveAll(s.folder); err != nil {
		say("%v", err)
	}
}

// sub makes a folder in the stage's.
func (s *stage) sub(name string) (string, error) {
	return os.MkdirTemp(s.folder, name+"-")
}

// do runs a program to its end.
func (s *stage) do(ctx context.Context, dir string, argv ...string) error {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...) //nolint:gosec // a fixed program
	cmd.Dir, cmd.Env = dir, plainEnvironment()
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w:\n%s", filepath.Base(argv[0]), err, end(output))
	}
	return nil
}

// build builds a Go program.
func (s *stage) build(ctx context.Context, module, pkg string) (string, error) {
	program := filepath.Join(s.cache, "bin", filepath.Base(pkg))
	return program, s.do(ctx, filepath.Join(s.root, module), "go", "build", "-o", program, pkg)
}

// copied copies the sources of a peer to the cache, where its own build tool may write beside them.
func (s *stage) copied(name string) (string, error) {
	to := filepath.Join(s.cache, name)
	if err := os.MkdirAll(to, 0o750); err != nil {
		return "", err
	}
	from := os.DirFS(filepath.Join(s.root, "bench", "peers", name))
	return to, copyOver(from, to)
}

// freePort returns a port of loopback that nobody listens at.
func freePort(ctx context.Context) (int, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}

// inMemory reports whether a folder is on a tmpfs.
func inMemory(folder string) bool {
	const tmpfs = 0x01021994
	var stat syscall.Statfs_t
	return syscall.Statfs(folder, &stat) == nil && stat.Type == tmpfs
}

// say tells what is going on. The report alone goes to standard output.
func say(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
