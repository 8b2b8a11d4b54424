package main

import (
	"archive/tar"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/wxbind/wxbind/pkg/doctor"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
)

// A backup is a tar file with these files in this order. `tar xf` makes a folder of it that can be served.
const (
	manifestName = "backup.json"
	keyName      = "seal.key"
	databaseName = "wxbind.db"
)

const (
	// backupFormat is the version of the format. It changes when an older wxbind could not restore the file.
	backupFormat = 1
	// maxSmallFile bounds the manifest and the key.
	maxSmallFile = 64 << 10
)

// manifest says what is in a backup.
type manifest struct {
	Format int       `json:"format"`
	MadeAt time.Time `json:"madeAt"`
	sqlitestore.Contents
	// SHA256 are the hashes of the key and the database, in hexadecimal.
	SHA256 map[string]string `json:"sha256"`
}

// errNotBackup is an error of unpack.
var errNotBackup = errorf("not a backup of wxbind, or a damaged one")

// pack writes the files of a folder as a backup.
func pack(folder string, m manifest, to io.Writer) error {
	m.Format, m.SHA256 = backupFormat, map[string]string{}
	for _, name := range []string{keyName, databaseName} {
		sum, err := hashOf(filepath.Join(folder, name))
		if err != nil {
			return err
		}
		m.SHA256[name] = sum
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, manifestName), append(text, '\n'), 0o600); err != nil {
		return err
	}
	archive := tar.NewWriter(to)
	for _, name := range []string{manifestName, keyName, databaseName} {
		if err := packFile(archive, filepath.Join(folder, name), m.MadeAt); err != nil {
			return err
		}
	}
	return archive.Close()
}

func packFile(archive *tar.Writer, path string, at time.Time) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	header := &tar.Header{Typeflag: tar.TypeReg, Name: filepath.Base(path), Size: info.Size(), Mode: 0o600, ModTime: at}
	if err := archive.WriteHeader(header); err != nil {
		return err
	}
	_, err = io.Copy(archive, file)
	return err
}

func hashOf(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// unpack writes the files of a backup into an empty folder, and checks all of them: the hashes, the form of the key, and
// the database from beginning to end. A file is on the disk when unpack returns.
//
// Errors: errNotBackup; those of sqlitestore.Check and of the file system.
func unpack(ctx context.Context, from io.Reader, folder string) (m manifest, err error) {
	archive := tar.NewReader(from)
	for _, name := range []string{manifestName, keyName, databaseName} {
		if err := unpackFile(archive, name, folder); err != nil {
			return m, err
		}
	}
	if _, err := archive.Next(); !errors.Is(err, io.EOF) {
		return m, errorf("%w: there is more in it", errNotBackup)
	}
	text, err := os.ReadFile(filepath.Join(folder, manifestName))
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(text, &m); err != nil || m.Format < 1 {
		return m, errorf("%w: %s cannot be read", errNotBackup, manifestName)
	}
	if m.Format > backupFormat {
		return m, errorf("the backup was made by a newer wxbind: its format is %d, this program supports up to %d", m.Format, backupFormat)
	}
	return m, checkUnpacked(ctx, folder, m)
}

// unpackFile writes the next file of a backup, which must have this name.
func unpackFile(archive *tar.Reader, name, folder string) error {
	header, err := archive.Next()
	if err != nil || header.Name != name || header.Typeflag != tar.TypeReg || sparse(header) || name != databaseName && header.Size > maxSmallFile {
		return errorf("%w: %s is not where it must be", errNotBackup, name)
	}
	file, err := os.OpenFile(filepath.Join(folder, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.CopyN(file, archive, header.Size)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errorf("%w: it ends within %s", errNotBackup, name)
	}
	return cmp.Or(err, file.Sync(), file.Close())
}

// sparse says whether a file of an archive has holes: a small archive could fill the disk with them.
func sparse(header *tar.Header) bool {
	for record := range header.PAXRecords {
		if strings.HasPrefix(record, "GNU.sparse.") {
			return true
		}
	}
	return false
}

func checkUnpacked(ctx context.Context, folder string, m manifest) error {
	for _, name := range []string{keyName, databaseName} {
		sum, err := hashOf(filepath.Join(folder, name))
		if err != nil {
			return err
		}
		if sum != m.SHA256[name] {
			return errorf("%w: %s has changed since it was made", errNotBackup, name)
		}
	}
	if _, err := doctor.SealKeyIn(filepath.Join(folder, keyName)); err != nil {
		return err
	}
	found, err := sqlitestore.Check(ctx, filepath.Join(folder, databaseName))
	if err != nil {
		return err
	}
	if found != m.Contents {
		return errorf("%w: %s holds %+v, and should hold %+v", errNotBackup, databaseName, found, m.Contents)
	}
	return nil
}

// syncFolder waits until the entries of a folder are on the disk.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
