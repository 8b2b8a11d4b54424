package main

import (
	"cmp"
	"io"
	"runtime/debug"
)

type versionCmd struct{ asJSON }

// version is what a build knows about itself.
type version struct {
	Version string `json:"version"`
	// Commit and Time are "" for a build without version control information.
	Commit   string `json:"commit,omitempty"`
	Time     string `json:"time,omitempty"`
	Modified bool   `json:"modified"`
	Go       string `json:"go"`
}

// Run prints the version.
func (c versionCmd) Run(t console) error {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return errorf("this binary has no build information")
	}
	v := versionOf(info)
	if c.JSON {
		return printJSON(t, v)
	}
	text := textf("wxbind %s\n", v.Version)
	if v.Commit != "" {
		with := ""
		if v.Modified {
			with = textf(", with uncommitted changes")
		}
		text += textf("commit %s of %s%s\n", v.Commit, v.Time, with)
	}
	_, err := io.WriteString(t.out, text+textf("built with %s\n", v.Go))
	return err
}

func versionOf(info *debug.BuildInfo) version {
	v := version{Version: cmp.Or(info.Main.Version, "(devel)"), Go: info.GoVersion}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Commit = s.Value
		case "vcs.time":
			v.Time = s.Value
		case "vcs.modified":
			v.Modified = s.Value == "true"
		}
	}
	return v
}
