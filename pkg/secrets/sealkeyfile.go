package secrets

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/wxbind/wxbind/pkg/bom"
	"github.com/wxbind/wxbind/pkg/login"
)

// A seal key file contains at least 43 characters of base64url, which are 256 bits, and a line end. Whoever opens it in
// Notepad may save it with a byte order mark before them.
const (
	minKeyText = 43
	maxKeyText = 1024
	base64URL  = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
)

// SealKeyFile reads the seal key of a single machine from a file. If there is no file, it generates a key and writes it
// there, for the owner only. Concurrent processes get the same key. The folder must exist.
//
// The key opens stored data, so the file belongs in the backup of the data. A damaged file is an error and is never
// replaced.
func SealKeyFile(path string) (login.SealKey, error) {
	key, err := readSealKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if err := createSealKey(path); err != nil {
		return login.SealKey{}, fmt.Errorf("make a seal key: %w", err)
	}
	return readSealKey(path)
}

func readSealKey(path string) (login.SealKey, error) {
	f, err := os.Open(path)
	if err != nil {
		return login.SealKey{}, fmt.Errorf("read the seal key: %w", err)
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxKeyText+6))
	if err != nil {
		return login.SealKey{}, fmt.Errorf("read the seal key: %w", err)
	}
	key := strings.TrimSuffix(strings.TrimSuffix(string(bom.Trim(raw)), "\n"), "\r")
	if len(key) < minKeyText || len(key) > maxKeyText || strings.Trim(key, base64URL) != "" {
		return login.SealKey{}, fmt.Errorf("the seal key in %s is damaged: restore the file from the backup, since only its key opens the stored data", path)
	}
	return login.SealKey{ID: firstKeyID, Key: login.Hidden(key)}, nil
}

// unfinished is what follows the name of a key file in those of files that createSealKey has not yet linked to it.
const unfinished = ".new-"

// RemoveUnfinishedSealKeys removes what a process leaves behind that is killed while it makes the key at path. Call it
// when there is a key: whoever is still making another one would not get it linked anyway.
func RemoveUnfinishedSealKeys(path string) error {
	folder, name := filepath.Split(path)
	entries, err := os.ReadDir(filepath.Clean(folder))
	if err != nil {
		return fmt.Errorf("look for unfinished seal keys: %w", err)
	}
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), name+unfinished) {
			continue
		}
		if err := os.Remove(filepath.Join(folder, entry.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove an unfinished seal key: %w", err)
		}
	}
	return nil
}

// createSealKey writes a file beside path and links it to path once it is complete and on the disk. The link fails if
// another process was first: its key stays.
func createSealKey(path string) error {
	folder := filepath.Dir(path)
	f, err := os.CreateTemp(folder, filepath.Base(path)+unfinished+"*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	key := make([]byte, 32)
	rand.Read(key) // never fails since Go 1.24
	_, err = f.WriteString(base64.RawURLEncoding.EncodeToString(key) + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		if _, gone := os.Stat(path); gone != nil {
			return err
		} // another process was first, and has removed what it took for unfinished
	}
	return syncFolder(folder)
}

// syncFolder flushes a folder's entries to the disk.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
