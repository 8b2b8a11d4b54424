package contract_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// cryptography lists, for each folder, the cryptography that its code uses, besides random numbers. The inventory in docs/security.md says what
// for. crypto/subtle only compares, and crypto/x509 only reads: the roots of TLS, and the keys of WeChat's API security.
var cryptography = map[string][]string{
	"cmd/image":          {"crypto/sha256"},
	"cmd/wxbind":         {"crypto/sha256", "crypto/tls"},
	"examples/directory": {"crypto/hmac", "crypto/pbkdf2", "crypto/sha256"},
	"examples/receiver":  {"crypto/hmac", "crypto/sha256"},
	"pkg/admin":          {"crypto/sha256"},
	"pkg/login": {
		"crypto/aes", "crypto/cipher", "crypto/hkdf", "crypto/hmac", "crypto/rsa", "crypto/sha256", "crypto/subtle", "crypto/x509",
	},
	"pkg/origin": {"crypto/sha256", "crypto/subtle"},
	"pkg/password": {
		"crypto/md5", "crypto/pbkdf2", "crypto/sha1", "crypto/sha256", "crypto/subtle",
		"golang.org/x/crypto/argon2", "golang.org/x/crypto/bcrypt", "golang.org/x/crypto/scrypt",
	},
	"pkg/platform":   {"crypto/x509"},
	"pkg/playground": {"crypto/sha256"},
	"pkg/signing":    {"crypto/hmac", "crypto/sha256"},
	"pkg/upstream":   {"crypto/tls", "crypto/x509"},
	"pkg/webhook":    {"crypto/x509"},
	"pkg/wechat":     {"crypto/hmac", "crypto/rsa", "crypto/sha256", "crypto/tls", "crypto/x509"},
	"pkg/wechatdata": {"crypto/aes", "crypto/cipher", "crypto/sha1", "crypto/sha256", "crypto/subtle"},
}

func TestCryptographyIsListed(t *testing.T) {
	used := map[string][]string{}
	for path := range sources(t) {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, path), nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		folder := filepath.ToSlash(filepath.Dir(path))
		for _, spec := range file.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			foreign := strings.HasPrefix(name, "crypto/") || strings.HasPrefix(name, "golang.org/x/crypto/")
			if foreign && name != "crypto/rand" && !slices.Contains(used[folder], name) {
				used[folder] = append(used[folder], name)
			}
		}
	}
	inventory := string(read(t, "docs/security.md"))
	for _, folder := range slices.Sorted(maps.Keys(used)) {
		slices.Sort(used[folder])
		if !slices.Equal(used[folder], cryptography[folder]) {
			t.Errorf("%s uses %v, and the list has %v: correct the list here, and the inventory in docs/security.md", folder, used[folder], cryptography[folder])
		}
		if !strings.Contains(inventory, "`"+folder+"`") {
			t.Errorf("docs/security.md does not name %s", folder)
		}
	}
	for _, folder := range slices.Sorted(maps.Keys(cryptography)) {
		if used[folder] == nil {
			t.Errorf("%s uses no cryptography any more: remove it from the list", folder)
		}
	}
}

// sources yields the Go files of the program: not its tests, its test engines and its stand-in for WeChat.
func sources(t *testing.T) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for _, top := range []string{"pkg", "cmd", "functions", "examples", "events"} {
			err := filepath.WalkDir(filepath.Join(root, top), func(path string, entry fs.DirEntry, err error) error {
				if err != nil {
					return err
				}
				relative, err := filepath.Rel(root, path)
				if err != nil {
					return err
				}
				relative = filepath.ToSlash(relative)
				if entry.IsDir() && slices.Contains([]string{"pkg/testing", "pkg/storetest", "pkg/wechattest"}, relative) {
					return fs.SkipDir
				}
				if strings.HasSuffix(relative, ".go") && !strings.HasSuffix(relative, "_test.go") && !yield(relative) {
					return fs.SkipAll
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}
