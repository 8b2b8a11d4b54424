// Command image builds wxbind for Linux and writes it as a container image, which `docker load` and `podman load` read. It
// needs no container engine and no registry: the image is one static program, the root certificates of this machine and a
// folder for the data. The same commit and roots give the same bytes.
package main

import (
	"bytes"
	"context"
	"debug/buildinfo"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

func main() {
	processor := flag.String("processor", runtime.GOARCH, "the processor that the image is for: amd64 or arm64")
	roots := flag.String("roots", "", "the PEM file of the root certificates; this machine's if not given")
	output := flag.String("o", "wxbind-image.tar", "the file to write")
	flag.Parse()
	if err := run(context.Background(), *processor, *roots, *output); err != nil {
		fmt.Fprintf(os.Stderr, "image: %v\n", err)
		os.Exit(1)
	}
	fmt.Printf("wrote %s: %s for linux/%s\n", *output, imageName, *processor)
}

// run writes the image to a file, which is replaced when the image is complete.
func run(ctx context.Context, processor, roots, output string) error {
	bundle, err := readRoots(roots)
	if err != nil {
		return err
	}
	program, err := build(ctx, processor)
	if err != nil {
		return err
	}
	i, err := newImage(program, bundle, processor)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(output), 0o755); err != nil { //nolint:gosec // what is built is for everybody
		return err
	}
	partial := output + ".partial"
	if err := os.WriteFile(partial, i, 0o644); err != nil { //nolint:gosec // an image holds no secret
		return err
	}
	return os.Rename(partial, output)
}

// build builds the command, without C: such a program needs no file of the system that runs it.
func build(ctx context.Context, processor string) ([]byte, error) {
	folder, err := os.MkdirTemp("", "wxbind-image")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "wxbind")
	//nolint:gosec // who builds an image names the processor
	command := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", path, "github.com/wxbind/wxbind/cmd/wxbind")
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+processor)
	if out, err := command.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("wxbind cannot be built: %w\n%s", err, out)
	}
	return os.ReadFile(path)
}

// bundles are the files with root certificates on the systems that wxbind is built on.
var bundles = []string{
	"/etc/ssl/certs/ca-certificates.crt",                // Debian, Ubuntu, Arch
	"/etc/pki/tls/certs/ca-bundle.crt",                  // Fedora, RHEL
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // CentOS, RHEL 7
	"/etc/ssl/ca-bundle.pem",                            // openSUSE
	"/etc/ssl/cert.pem",                                 // Alpine, macOS
}

// readRoots reads the roots from a file, or from the first bundle there is.
func readRoots(file string) ([]byte, error) {
	candidates := bundles
	if file != "" {
		candidates = []string{file}
	}
	for _, path := range candidates {
		pem, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) && file == "" {
			continue
		}
		if err != nil {
			return nil, err
		}
		if !bytes.Contains(pem, []byte("-----BEGIN CERTIFICATE-----")) {
			return nil, fmt.Errorf("%s has no certificate", path)
		}
		return pem, nil
	}
	return nil, errors.New("this machine has no bundle of root certificates (Debian: apt-get install ca-certificates): name one with --roots FILE")
}

// builtFrom is what a program says of the commit it was built from; "" outside a repository.
func builtFrom(program []byte) (version, commit, time string, err error) {
	info, err := buildinfo.Read(bytes.NewReader(program))
	if err != nil {
		return "", "", "", fmt.Errorf("this is no Go program: %w", err)
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			commit = s.Value
		case "vcs.time":
			time = s.Value
		}
	}
	return info.Main.Version, commit, time, nil
}
