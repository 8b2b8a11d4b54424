//go:build !linux

package sqlitestore

// NetworkFileSystem knows nothing about the file systems of this operating system.
func NetworkFileSystem(string) (string, error) { return "", nil }
