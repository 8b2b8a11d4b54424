//go:build sam

package functions_test

import (
	"archive/zip"
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/app"
	"github.com/wxbind/wxbind/pkg/testing/samtest"
)

// machines lists the processors by SAM's names for them, with Go's name and that of ELF
// files.
var machines = map[string]struct {
	goarch string
	elf    elf.Machine
}{
	"x86_64": {"amd64", elf.EM_X86_64},
	"arm64":  {"arm64", elf.EM_AARCH64},
}

// artifact is what sam build has made from a function.
type artifact struct {
	function, processor, folder string
	// zipSize is in bytes.
	zipSize int
}

func (a artifact) bootstrap() string { return filepath.Join(a.folder, "bootstrap") }

// artifactsOf returns what sam build has made for a processor, by the function's folder in
// functions/. There must be one artifact for each function, and otherwise only the template.
func artifactsOf(t *testing.T, processor string) map[string]*artifact {
	t.Helper()
	folder := filepath.Join(samtest.Folder(t, samtest.Build), processor)
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	found, known := map[string]*artifact{}, append(functions(), app.OutboxFunction)
	for _, entry := range entries {
		if entry.Name() == "template.yaml" {
			continue
		}
		id, isFunction := strings.CutSuffix(entry.Name(), "Function")
		function := strings.ToLower(id)
		if !isFunction || !slices.Contains(known, function) {
			t.Errorf("%s is no function's", filepath.Join(folder, entry.Name()))
			continue
		}
		found[function] = &artifact{function: function, processor: processor, folder: filepath.Join(folder, entry.Name())}
	}
	for _, function := range known {
		if found[function] == nil {
			t.Errorf("%s: sam build has made nothing of %s", processor, function)
		}
	}
	return found
}

// check says what is wrong with an artifact, and measures its size.
func (a *artifact) check() error {
	entries, err := os.ReadDir(a.folder)
	if err != nil {
		return err
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	if !slices.Equal(names, []string{"bootstrap", "samconfig.toml"}) {
		return fmt.Errorf("it holds %v", names)
	}
	brought, err := os.ReadFile(filepath.Join(a.folder, "samconfig.toml"))
	if err != nil {
		return err
	}
	ours, err := os.ReadFile("../samconfig.toml")
	if err != nil {
		return err
	}
	if !bytes.Equal(brought, ours) {
		return errors.New("its samconfig.toml is another")
	}
	info, err := os.Lstat(a.bootstrap())
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() || info.Mode().Perm()&0o555 != 0o555 {
		return fmt.Errorf("bootstrap is %v, and not a file that everybody may run", info.Mode())
	}
	if err := a.checkELF(); err != nil {
		return err
	}
	var packed bytes.Buffer
	archive := zip.NewWriter(&packed)
	if err := archive.AddFS(os.DirFS(a.folder)); err != nil {
		return err
	}
	if err := archive.Close(); err != nil {
		return err
	}
	if a.zipSize = packed.Len(); a.zipSize > zipLimit {
		return fmt.Errorf("its zip has %d bytes, at most %d", a.zipSize, zipLimit)
	}
	return nil
}

// checkELF checks that the bootstrap needs only a kernel and the processor.
func (a *artifact) checkELF() error {
	file, err := elf.Open(a.bootstrap())
	if err != nil {
		return err
	}
	defer file.Close()
	if file.Class != elf.ELFCLASS64 || file.Type != elf.ET_EXEC || file.Machine != machines[a.processor].elf {
		return fmt.Errorf("bootstrap is %v, %v, %v", file.Class, file.Type, file.Machine)
	}
	for _, part := range file.Progs {
		if part.Type == elf.PT_INTERP || part.Type == elf.PT_DYNAMIC {
			return fmt.Errorf("bootstrap is not linked statically: it has a %v", part.Type)
		}
	}
	return nil
}
