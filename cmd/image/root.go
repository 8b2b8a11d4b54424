package main

import (
	"archive/tar"
	"bytes"
	"io/fs"
	"strconv"
	"time"
)

const (
	// user and group own the data and run the program. The number is that of "nonroot" in other images without a
	// system, and no user of a usual host.
	userName = "wxbind"
	userID   = 65532

	programPath = "usr/local/bin/wxbind"
	rootsPath   = "etc/ssl/certs/ca-certificates.crt" // where Go looks first
	dataPath    = "data"
)

// entry is a file or a folder of the root filesystem.
type entry struct {
	path  string
	mode  fs.FileMode // with fs.ModeDir for a folder
	owner int
	text  []byte
}

// rootOf lists all that the image contains, parents first.
func rootOf(program, roots []byte) []entry {
	id := strconv.Itoa(userID)
	folder := func(path string) entry { return entry{path: path, mode: fs.ModeDir | 0o755} }
	return []entry{
		{path: dataPath, mode: fs.ModeDir | 0o700, owner: userID},
		folder("etc"),
		{path: "etc/group", mode: 0o644, text: []byte("root:x:0:\n" + userName + ":x:" + id + ":\n")},
		{path: "etc/passwd", mode: 0o644, text: []byte("root:x:0:0:root:/:/none\n" +
			userName + ":x:" + id + ":" + id + ":wxbind:/" + dataPath + ":/none\n")},
		folder("etc/ssl"),
		folder("etc/ssl/certs"),
		{path: rootsPath, mode: 0o644, text: roots},
		// SQLite's temporary files, unless the container's root is read-only.
		{path: "tmp", mode: fs.ModeDir | fs.ModeSticky | 0o777},
		folder("usr"),
		folder("usr/local"),
		folder("usr/local/bin"),
		{path: programPath, mode: 0o755, text: program},
	}
}

// packed is a tar of entries, with one time for all.
func packed(entries []entry, at time.Time) ([]byte, error) {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, e := range entries {
		header := &tar.Header{
			Name: e.path, Typeflag: tar.TypeReg, Size: int64(len(e.text)), Mode: int64(e.mode.Perm()),
			Uid: e.owner, Gid: e.owner, ModTime: at, Format: tar.FormatUSTAR,
		}
		if e.mode.IsDir() {
			header.Name, header.Typeflag = e.path+"/", tar.TypeDir
		}
		if e.mode&fs.ModeSticky != 0 {
			header.Mode |= 0o1000
		}
		if err := w.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := w.Write(e.text); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
