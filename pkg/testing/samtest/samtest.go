// Package samtest says where the tests of `make sam-check` find what that has
// installed and built.
package samtest

import (
	"os"
	"testing"
)

// What make sam-check sets, a folder each.
const (
	// CLI is where the SAM CLI is installed, and with it AWS's translator: what
	// python3 -m venv has made.
	CLI = "WXBIND_SAM_CLI"
	// Moto is the same of moto.
	Moto = "WXBIND_MOTO"
	// Build has what sam build has made, in a folder for each processor.
	Build = "WXBIND_SAM_BUILD"
)

// Folder gives one of them, and ends the test where it is not set.
func Folder(tb testing.TB, name string) string {
	tb.Helper()
	folder := os.Getenv(name)
	if folder == "" {
		tb.Fatalf("%s is not set: run `make sam-check`", name)
	}
	return folder
}
