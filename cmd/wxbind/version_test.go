package main

import (
	"encoding/json"
	"reflect"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

func TestVersion(t *testing.T) {
	status, out, _ := command(t, "", "version", "--json")
	var v version
	if err := json.Unmarshal([]byte(out), &v); status != 0 || err != nil || v.Go != runtime.Version() || v.Version == "" {
		t.Errorf("status %d: %s", status, out)
	}
	if _, out, _ := command(t, "", "version"); !strings.HasPrefix(out, "wxbind "+v.Version+"\n") || !strings.HasSuffix(out, "built with "+v.Go+"\n") {
		t.Errorf("got %s", out)
	}
}

func TestVersionOfABuild(t *testing.T) {
	setting := func(key, value string) debug.BuildSetting { return debug.BuildSetting{Key: key, Value: value} }
	for name, row := range map[string]struct {
		info debug.BuildInfo
		want version
	}{
		"released": {
			debug.BuildInfo{GoVersion: "go1.26.0", Main: debug.Module{Version: "v1.2.3"}},
			version{Version: "v1.2.3", Go: "go1.26.0"},
		},
		"of a checkout": {
			debug.BuildInfo{GoVersion: "go1.26.0", Settings: []debug.BuildSetting{
				setting("vcs", "git"), setting("vcs.revision", "c0ffee"), setting("vcs.time", "2026-05-06T07:08:09Z"), setting("vcs.modified", "true"),
			}},
			version{Version: "(devel)", Commit: "c0ffee", Time: "2026-05-06T07:08:09Z", Modified: true, Go: "go1.26.0"},
		},
	} {
		if got := versionOf(&row.info); !reflect.DeepEqual(got, row.want) {
			t.Errorf("%s: got %+v, want %+v", name, got, row.want)
		}
	}
}
