package secrets

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"syscall"
)

// byteOrderMark is what some editors put in front of a text.
const byteOrderMark = "\uFEFF"

// readFile reads a file that a setting names, without a byte order mark. What is checked is the file that is read,
// whatever becomes of its name meanwhile. If only its owner may have it, others must not be able to read or write it.
//
// Errors name the path only if there is such a file: a secret itself may stand where its path belongs.
func readFile(path string, onlyOwner bool) (string, error) {
	// A FIFO would keep an open waiting that is not told otherwise.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return "", fmt.Errorf("the file cannot be opened: %w", reasonOf(err))
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", fmt.Errorf("%s cannot be examined: %w", path, reasonOf(err))
	}
	switch mode := info.Mode(); {
	case mode.IsDir():
		return "", fmt.Errorf("%s is a directory", path)
	case !mode.IsRegular():
		return "", fmt.Errorf("%s is not a regular file", path)
	case onlyOwner && runtime.GOOS != "windows" && mode.Perm()&0o077 != 0:
		return "", fmt.Errorf("%s has the mode %#o, so others on this machine can use it: chmod 600 %[1]s", path, mode.Perm())
	}
	raw, err := io.ReadAll(io.LimitReader(f, MaxSize+1))
	switch text := strings.TrimPrefix(string(raw), byteOrderMark); {
	case err != nil:
		return "", fmt.Errorf("%s cannot be read: %w", path, reasonOf(err))
	case len(raw) > MaxSize:
		return "", fmt.Errorf("%s is longer than %d bytes", path, MaxSize)
	case strings.TrimSpace(text) == "":
		return "", fmt.Errorf("%s is empty", path)
	default:
		return text, nil
	}
}

// reasonOf leaves the path out of an error.
func reasonOf(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err
	}
	return err
}
