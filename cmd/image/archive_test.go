package main

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// program is wxbind as the image has it.
var program []byte

func TestMain(m *testing.M) {
	var err error
	if program, err = build(context.Background(), runtime.GOARCH); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// files reads a tar.
func files(t *testing.T, archive []byte) (headers []*tar.Header, contents map[string][]byte) {
	t.Helper()
	contents = map[string][]byte{}
	for r := tar.NewReader(bytes.NewReader(archive)); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return headers, contents
		}
		if err != nil {
			t.Fatal(err)
		}
		headers = append(headers, header)
		if contents[header.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
}

func decode[T any](t *testing.T, text []byte) (value T) {
	t.Helper()
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return value
}

// unpacked is the configuration and the layer of an image, found as Docker finds them.
func unpacked(t *testing.T, image []byte) (config, []byte) {
	t.Helper()
	_, contents := files(t, image)
	l := decode[[]loaded](t, contents["manifest.json"])
	if len(l) != 1 || len(l[0].Layers) != 1 {
		t.Fatalf("manifest.json: %s", contents["manifest.json"])
	}
	return decode[config](t, contents[l[0].Config]), contents[l[0].Layers[0]]
}

const anyRoot = "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"

func TestSameProgramAndRootsAreTheSameImage(t *testing.T) {
	one, err := newImage(program, []byte(anyRoot), "amd64")
	if err != nil {
		t.Fatal(err)
	}
	other, err := newImage(program, []byte(anyRoot), "amd64")
	if err != nil || !bytes.Equal(one, other) {
		t.Errorf("the second image is another: %v", err)
	}
}

// Whoever loads an image follows these pointers, and refuses one whose hash is wrong.
func TestEachDigestIsThatOfItsBlob(t *testing.T) {
	image, err := newImage(program, []byte(anyRoot), "arm64")
	if err != nil {
		t.Fatal(err)
	}
	_, contents := files(t, image)
	blob := func(d descriptor) []byte {
		t.Helper()
		content := contents[pathOf(d.Digest)]
		if sum := sha256.Sum256(content); d.Digest != "sha256:"+hex.EncodeToString(sum[:]) || d.Size != len(content) {
			t.Errorf("%+v points to %d bytes with the hash %x", d, len(content), sum)
		}
		return content
	}
	i := decode[index](t, contents["index.json"])
	m := decode[manifest](t, blob(i.Manifests[0]))
	c := decode[config](t, blob(m.Config))
	blob(m.Layers[0])
	if c.RootFS.DiffIDs[0] != m.Layers[0].Digest || c.Architecture != "arm64" {
		t.Errorf("the configuration is of another image: %+v", c)
	}
	l := decode[[]loaded](t, contents["manifest.json"])
	if l[0].Config != pathOf(m.Config.Digest) || l[0].Layers[0] != pathOf(m.Layers[0].Digest) || l[0].RepoTags[0] != "wxbind:latest" {
		t.Errorf("manifest.json is of another image: %+v", l)
	}
}

func TestOnlyItsDataBelongsToTheUserOfTheImage(t *testing.T) {
	image, err := newImage(program, []byte(anyRoot), runtime.GOARCH)
	if err != nil {
		t.Fatal(err)
	}
	c, layer := unpacked(t, image)
	if c.Config.User != "65532:65532" {
		t.Errorf("it runs as %s", c.Config.User)
	}
	headers, _ := files(t, layer)
	for _, h := range headers {
		writable := h.Uid != 0 || h.Gid != 0 || h.Mode&0o022 != 0
		if want := h.Name == "data/" || h.Name == "tmp/"; writable != want {
			t.Errorf("%s: owner %d:%d, mode %o", h.Name, h.Uid, h.Gid, h.Mode)
		}
	}
}

// The labels and the times of an image are those of its commit, so that they do not depend on when it is made.
func TestImageSaysItsCommit(t *testing.T) {
	folder := t.TempDir()
	run := func(name string, arguments ...string) string {
		t.Helper()
		command := exec.CommandContext(t.Context(), name, arguments...)
		command.Dir = folder
		command.Env = append(os.Environ(), "GOENV=off", "GOFLAGS=", "GOWORK=off", "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1",
			"GIT_COMMITTER_DATE=2026-01-02T03:04:05Z")
		out, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %v: %v\n%s", name, arguments, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	for name, text := range map[string]string{"go.mod": "module example.com/commit\n\ngo 1.26\n", "main.go": "package main\n\nfunc main() {}\n"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run("git", "init", "-q")
	run("git", "add", ".")
	run("git", "-c", "user.name=nobody", "-c", "user.email=nobody@example.com", "commit", "-q", "-m", "a commit")
	run("go", "build", "-o", "program")
	built, err := os.ReadFile(filepath.Join(folder, "program"))
	if err != nil {
		t.Fatal(err)
	}
	image, err := newImage(built, []byte(anyRoot), runtime.GOARCH)
	if err != nil {
		t.Fatal(err)
	}
	c, layer := unpacked(t, image)
	headers, _ := files(t, layer)
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	commit := run("git", "rev-parse", "HEAD")
	if got := c.Config.Labels["org.opencontainers.image.revision"]; got != commit || c.Created != "2026-01-02T03:04:05Z" || !headers[0].ModTime.Equal(at) {
		t.Errorf("built from %s, it says %s, created %s, files of %s", commit, got, c.Created, headers[0].ModTime)
	}
}

func TestRootsThatAreNone(t *testing.T) {
	folder := t.TempDir()
	empty := filepath.Join(folder, "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]string{"a file that is missing": filepath.Join(folder, "none.pem"), "a file without certificates": empty} {
		if _, err := readRoots(file); err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
