package app

import (
	"github.com/wxbind/wxbind/pkg/needs"
	"github.com/wxbind/wxbind/pkg/platform"
)

// Directory is the platform's own directory, if the operator has set one.
var Directory = Part{needs.Directory, addDirectory}

func addDirectory(f *function) error {
	if f.settings.DirectoryURL == "" {
		return nil
	}
	directory, err := platform.New(platform.Config{URL: f.settings.DirectoryURL, Secrets: f.config.Secrets})
	if err != nil {
		return err
	}
	f.config.Directory = directory
	f.steps = append(f.steps, step{"directory", directory.Warm})
	return nil
}
