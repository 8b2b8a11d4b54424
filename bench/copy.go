package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
)

// copyOver copies all files to a folder, but those that are there already as they are.
func copyOver(from fs.FS, to string) error {
	return fs.WalkDir(from, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target := filepath.Join(to, filepath.FromSlash(path))
		if entry.IsDir() {
			return os.MkdirAll(target, 0o750)
		}
		content, err := fs.ReadFile(from, path)
		if err != nil {
			return err
		}
		if old, err := os.ReadFile(target); err == nil && bytes.Equal(old, content) {
			return nil
		}
		return os.WriteFile(target, content, 0o600)
	})
}
