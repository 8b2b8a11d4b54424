package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// database is the size of a server's database file, in bytes.
func (sv *server) database() (int64, error) {
	files, err := filepath.Glob(filepath.Join(sv.folder, "*.db"))
	if err != nil {
		return 0, err
	}
	if len(files) != 1 {
		return 0, fmt.Errorf("%s has %d databases", sv.folder, len(files))
	}
	info, err := os.Stat(files[0])
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// watchLog returns the largest size of a server's write-ahead log until the context ends, in bytes.
func (sv *server) watchLog(ctx context.Context) (most int64) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		files, _ := filepath.Glob(filepath.Join(sv.folder, "*.db-wal")) // the pattern is a good one
		for _, file := range files {
			if info, err := os.Stat(file); err == nil {
				most = max(most, info.Size())
			}
		}
		select {
		case <-ctx.Done():
			return most
		case <-tick.C:
		}
	}
}
