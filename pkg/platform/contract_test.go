//go:build !race

package platform_test

import (
	"os"
	"testing"

	"github.com/wxbind/wxbind/pkg/testing/openapitest"
)

// theContract is openapi.yaml.
func theContract(t *testing.T) openapitest.Contract {
	t.Helper()
	text, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return openapitest.New(t, text)
}
