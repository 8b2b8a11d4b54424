package contract_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// checkout is a folder with the project's makefiles and a function that does nothing.
type checkout struct {
	t      *testing.T
	folder string
}

func newCheckout(t *testing.T) *checkout {
	t.Helper()
	c := &checkout{t, filepath.Join(t.TempDir(), "checkout")}
	for _, name := range []string{"Makefile", "sam/x86_64/Makefile", "samconfig.toml"} {
		c.write(name, string(read(t, name)))
	}
	c.write("go.mod", "module example.com/checkout\n\ngo 1.26\n")
	c.write("functions/whoami/main.go", "package main\n\nfunc main() {}\n")
	return c
}

func (c *checkout) write(name, text string) {
	c.t.Helper()
	path := filepath.Join(c.folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		c.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		c.t.Fatal(err)
	}
}

// run runs a command in the folder, without this machine's settings of git and go.
func (c *checkout) run(environment []string, name string, arguments ...string) {
	c.t.Helper()
	command := exec.CommandContext(c.t.Context(), name, arguments...)
	command.Dir = c.folder
	command.Env = append(append(os.Environ(), "GOENV=off", "GOFLAGS=", "GOWORK=off", "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1"), environment...)
	if out, err := command.CombinedOutput(); err != nil {
		c.t.Fatalf("%s %v: %v\n%s", name, arguments, err, out)
	}
}

func (c *checkout) commit() {
	c.t.Helper()
	c.run(nil, "git", "add", ".")
	c.run(nil, "git", "-c", "user.name=nobody", "-c", "user.email=nobody@example.com", "commit", "-q", "-m", "a change")
}

// build builds the function as SAM does, and returns the artifact.
func (c *checkout) build(environment ...string) []byte {
	c.t.Helper()
	artifacts := c.t.TempDir()
	c.run(append(environment, "ARTIFACTS_DIR="+artifacts), "make", "--makefile", "sam/x86_64/Makefile", "build-WhoamiFunction")
	bootstrap, err := os.ReadFile(filepath.Join(artifacts, "bootstrap"))
	if err != nil {
		c.t.Fatal(err)
	}
	return bootstrap
}

// SAM releases code that has changed. So the same code must always be the same artifact,
// whatever the commit, the folder and the owner of the clone.
func TestSameCodeIsTheSameArtifact(t *testing.T) {
	c := newCheckout(t)
	without := c.build()
	same := func(where string, environment ...string) {
		t.Helper()
		if !bytes.Equal(c.build(environment...), without) {
			t.Errorf("%s the artifact is another", where)
		}
	}
	c.run(nil, "git", "init", "-q")
	c.commit()
	same("in a clone")
	c.write("README.md", "a change that is no code\n")
	same("with a change that is not committed")
	c.commit()
	same("at the next commit")
	// As git's own tests have it; Go asks git unless it is told not to.
	same("in a clone that belongs to another user", "GIT_TEST_ASSUME_DIFFERENT_OWNER=1")
	moved := c.folder + "-moved"
	if err := os.Rename(c.folder, moved); err != nil {
		t.Fatal(err)
	}
	c.folder = moved
	same("in another folder")
	c.write("functions/whoami/main.go", "package main\n\nfunc main() { println() }\n")
	if bytes.Equal(c.build(), without) {
		t.Error("other code is the same artifact")
	}
}
