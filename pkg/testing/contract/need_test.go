package contract_test

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// machine is the programs of a machine, as shell scripts.
type machine map[string]string

func (m machine) with(more machine) machine {
	all := maps.Clone(m)
	maps.Copy(all, more)
	return all
}

func (m machine) without(names ...string) machine {
	rest := maps.Clone(m)
	for _, name := range names {
		delete(rest, name)
	}
	return rest
}

// Before anything is compiled, `make test` says what it needs, and installs it where it may.
func TestNeedSaysOrInstallsWhatIsMissing(t *testing.T) {
	ready := machine{
		"go": `[ "$(pwd)" = "$ROOT" ] && echo go1.26.0`, "cc": "", "git": "", "curl": "", "npm": "",
		"java": `echo 'openjdk version "17.0.15" 2025-04-15' >&2`,
		"node": `exit 0`, // it is asked whether it is new enough
		"id":   "echo 1000", "uname": "echo Linux", "docker": "exit 1",
	}
	// A package manager that makes programs of the packages that it is given, and logs.
	apt := machine{
		"apt-cache": `echo '  Candidate: 2:1.24~2'`,
		"apt-get": `echo "apt-get $*" >>"$MACHINE/log"; [ "$1" = update ] && exit
for package; do case $package in
	golang-go) echo 'echo go1.26.0' >"$MACHINE/go" ;; gcc) : >"$MACHINE/cc" ;; nodejs) : >"$MACHINE/node" ;;
	default-jre-headless) echo "echo 'version \"17.0.1\"'" >"$MACHINE/java" ;; git | curl | npm) : >"$MACHINE/$package" ;;
esac; done; chmod +x "$MACHINE"/*`,
	}
	brew := machine{"brew": `echo "brew $*" >>"$MACHINE/log"; [ "$2" = node ] && : >"$MACHINE/npm" && chmod +x "$MACHINE/npm"`}
	root := machine{"id": "echo 0"}
	everything := []string{"go", "cc", "git", "curl", "java", "node", "npm"}
	const install = "apt-get install -y --no-install-recommends "

	for name, tt := range map[string]struct {
		machine machine
		env     []string
		want    []string // in what is printed; none if all is there
		log     string   // what the package manager did
		fails   bool
	}{
		"all is there":            {machine: ready},
		"gcc without cc":          {machine: ready.without("cc").with(machine{"gcc": ""})},
		"a DynamoDB for Java":     {machine: ready.without("java"), env: []string{"WXBIND_TEST_DYNAMODB_ENDPOINT=http://127.0.0.1:8000"}},
		"an image for Java":       {machine: ready.without("java").with(machine{"docker": "exit 0"})},
		"nothing to install with": {machine: ready.without(everything...), fails: true, want: []string{"https://go.dev/dl/", "C compiler", "git", "curl", "Java 17", "Node.js 18", "npm"}},
		"somebody with apt":       {machine: ready.with(apt).without(everything...), fails: true, want: []string{"Paste this: sudo " + install + "golang-go gcc libc6-dev git curl default-jre-headless nodejs npm\n"}},
		"root with apt":           {machine: ready.with(apt).with(root).without(everything...), log: "apt-get update -qq\n" + install + "golang-go gcc libc6-dev git curl default-jre-headless nodejs npm\n"},
		"only what is missing":    {machine: ready.with(apt).with(root).without("npm"), log: "apt-get update -qq\n" + install + "npm\n"},
		"apt's Go is too old":     {machine: ready.with(apt).with(root).with(machine{"apt-cache": `echo '  Candidate: 2:1.19~1'`}).without("go"), fails: true, want: []string{"https://go.dev/dl/"}},
		"apt fails":               {machine: ready.with(apt).with(root).with(machine{"apt-get": "echo unreachable >&2; exit 100"}).without("npm"), fails: true, want: []string{"unreachable"}},
		"apt brings nothing":      {machine: ready.with(apt).with(root).with(machine{"apt-get": ""}).without("npm"), fails: true, want: []string{"npm, which comes with Node.js"}},
		"Homebrew":                {machine: ready.with(brew).without("npm"), log: "brew install node\n"},
		"an old Go":               {machine: ready.with(machine{"go": "echo go1.20.1"}), fails: true, want: []string{"Go 1.26 or newer"}},
		"a Go that fetches none":  {machine: ready.with(machine{"go": "exit 1"}), fails: true, want: []string{"Go 1.26 or newer"}},
		"an old Java":             {machine: ready.with(machine{"java": `echo 'openjdk version "11.0.2"' >&2`}), fails: true, want: []string{"Java 17 or newer"}},
		"a very old Java":         {machine: ready.with(machine{"java": `echo 'java version "1.8.0_392"' >&2`}), fails: true, want: []string{"Java 17 or newer"}},
		"an old Node.js":          {machine: ready.with(machine{"node": "exit 1"}), fails: true, want: []string{"Node.js 18 or newer"}},
	} {
		t.Run(name, func(t *testing.T) {
			out, log, failed := need(t, tt.machine, tt.env, everything)
			if failed != tt.fails {
				t.Errorf("failed: %v, want %v", failed, tt.fails)
			}
			for _, want := range tt.want {
				if !strings.Contains(out, want) {
					t.Errorf("it does not say %q", want)
				}
			}
			if log != tt.log {
				t.Errorf("the package manager did\n%swant\n%s", log, tt.log)
			}
			if tt.log == "" && !tt.fails && out != "" {
				t.Error("all is there, but it says something")
			}
			if t.Failed() {
				t.Logf("it says:\n%s", out)
			}
		})
	}
}

// A browser is the one that WXBIND_CHROMIUM names, else the first that is in PATH.
func TestNeedFindsABrowser(t *testing.T) {
	base := machine{"uname": "echo Linux", "fc-list": "echo 'Noto Sans CJK'"}
	for name, tt := range map[string]struct {
		machine machine
		env     []string
		fails   bool
	}{
		"chromium":             {machine: base.with(machine{"chromium": ""})},
		"chromium-browser":     {machine: base.with(machine{"chromium-browser": ""})},
		"google-chrome":        {machine: base.with(machine{"google-chrome": ""})},
		"one that is named":    {machine: base, env: []string{"WXBIND_CHROMIUM=/bin/sh"}},
		"a name of no program": {machine: base.with(machine{"chromium": ""}), env: []string{"WXBIND_CHROMIUM=/nowhere"}, fails: true},
		"none":                 {machine: base, fails: true},
		"no Chinese font":      {machine: base.with(machine{"chromium": "", "fc-list": ""}), fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			if out, _, failed := need(t, tt.machine, tt.env, []string{"chromium", "fonts"}); failed != tt.fails {
				t.Errorf("failed: %v, want %v; it says:\n%s", failed, tt.fails, out)
			}
		})
	}
}

// need runs .ci/need on a machine that has these programs only, besides those that every system has.
func need(t *testing.T, m machine, env, names []string) (out, log string, failed bool) {
	t.Helper()
	read(t, ".ci/need") // so that go test knows what its cached result rests on
	read(t, ".ci/chromium")
	dir := t.TempDir()
	for name, script := range m {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, tool := range []string{"sh", "sed", "head", "grep", "dirname", "chmod"} {
		path, err := exec.LookPath(tool)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(path, filepath.Join(dir, tool)); err != nil {
			t.Fatal(err)
		}
	}
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	script := exec.CommandContext(t.Context(), filepath.Join(root, ".ci/need"), names...)
	script.Env = slices.Concat([]string{"PATH=" + dir, "MACHINE=" + dir, "ROOT=" + root}, env)
	said, err := script.CombinedOutput()
	done, _ := os.ReadFile(filepath.Join(dir, "log"))
	return string(said), string(done), err != nil
}
