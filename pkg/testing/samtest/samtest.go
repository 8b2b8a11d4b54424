// Package samtest tells the tests of `make sam-check` where to find what it has installed and built.
package samtest

import (
	"os"
	"testing"
)

// Variables that make sam-check sets, each to a folder.
const (
	// CLI is where the SAM CLI is installed, with AWS's translator: a folder made by python3 -m venv.
	CLI = "WXBIND_SAM_CLI"
	// Moto is the same for moto.
	Moto = "WXBIND_MOTO"
	// Build is what sam build has made, with a folder per processor.
	Build = "WXBIND_SAM_BUILD"
)

// Folder returns one of them, and fails the test if it is not set.
func Folder(tb testing.TB, name string) string {
	tb.Helper()
	folder := os.Getenv(name)
	if folder == "" {
		tb.Fatalf("%s is not set: run `make sam-check`", name)
	}
	return folder
}
