//go:build sam

package contract_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/testing/samtest"
)

// translation is a template, and what SAM is told about the place it goes to. SAM knows
// only the parameters that it is given and the defaults.
type translation struct {
	Template   string            `json:"template"`
	Region     string            `json:"region"`
	Parameters map[string]string `json:"parameters"`
}

// translated is a template as CloudFormation takes it, with nothing of SAM left in it.
type translated struct {
	Parameters map[string]struct {
		Type, AllowedPattern string
		AllowedValues        []any
		MinValue, MaxValue   *float64
		Default              any
	}
	Rules      map[string]struct{ Assertions []struct{ Assert any } }
	Conditions map[string]any
	Resources  map[string]struct {
		Type, Condition, DeletionPolicy, UpdateReplacePolicy string
		DependsOn, Properties, UpdatePolicy                  any
	}
	Outputs map[string]struct {
		Condition string
		Value     any
	}
}

// translate translates each template as AWS does on deployment, with the same library:
// https://github.com/aws/serverless-application-model. The SAM CLI includes it.
func translate(t *testing.T, asked []translation) []translated {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	input, err := json.Marshal(asked)
	if err != nil {
		t.Fatal(err)
	}
	python := exec.CommandContext(ctx, filepath.Join(samtest.Folder(t, samtest.CLI), "bin", "python"), "testdata/translate.py")
	python.Stdin = bytes.NewReader(input)
	var complaints bytes.Buffer
	python.Stderr = &complaints
	output, err := python.Output()
	if err != nil {
		t.Fatalf("aws-sam-translator: %v\n%s", err, complaints.Bytes())
	}
	var got []translated
	if err := json.Unmarshal(output, &got); err != nil {
		t.Fatal(err)
	}
	if len(got) != len(asked) {
		t.Fatalf("%d translations of %d", len(got), len(asked))
	}
	return got
}
