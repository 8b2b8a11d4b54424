package secrets_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/secrets"
)

var (
	folderKey = login.SealKey{ID: "0", Key: login.Hidden("S3CRETf" + strings.Repeat("f", 43))}
	fileKey   = "S3CRETk" + strings.Repeat("k", 43)
)

// twoApps is a file for two mini-programs, without seal keys.
const twoApps = `{"defaultApp":"wxa","apps":{"wxa":{"appSecret":"S3CRETa"},"wxb":{"appSecret":"S3CRETb"}}}`

// secretFile is a file on a clock of its own, which is late from the start.
type secretFile struct {
	*testing.T
	path string
	now  time.Time
	told []string
	*secrets.File
}

func newSecretFile(t *testing.T, content string) *secretFile {
	f := &secretFile{T: t, path: filepath.Join(t.TempDir(), "secret.json"), now: time.Unix(1e9, 0)}
	f.write(content)
	var err error
	f.File, err = secrets.OpenFile(t.Context(), secrets.FileConfig{
		Path: f.path, Setting: "--secret-file", SealKey: folderKey, Now: func() time.Time { return f.now },
		OnError: func(_ context.Context, err error) { f.told = append(f.told, err.Error()) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *secretFile) write(content string) {
	f.Helper()
	if err := os.WriteFile(f.path, []byte(content), 0o600); err != nil {
		f.Fatal(err)
	}
}

// want compares the AppSecret of wxa.
func (f *secretFile) want(when string, read get, want string) {
	f.Helper()
	s, err := read(f.Context())
	if err != nil || string(s.Apps["wxa"].Secret) != want {
		f.Errorf("%s: %v, want another AppSecret", when, err)
	}
}

func TestFileCountsWithoutARestart(t *testing.T) {
	f := newSecretFile(t, twoApps)
	first, _ := f.Secret(t.Context())
	f.write(strings.Replace(twoApps, "S3CRETa", "S3CRETnew", 1))
	f.want("before it is read again", f.Secret, "S3CRETa")
	f.want("somebody found it out of date", f.Refetch, "S3CRETnew")

	f.write(twoApps)
	f.now = f.now.Add(time.Second)
	f.want("a second after a Refetch", f.Refetch, "S3CRETnew")
	f.now = f.now.Add(time.Second)
	f.want("two seconds after a Refetch", f.Refetch, "S3CRETa")

	f.write(strings.Replace(twoApps, "S3CRETa", "S3CRETlate", 1))
	f.now = f.now.Add(11 * time.Second)
	f.want("nobody found it out of date", f.Secret, "S3CRETlate")

	f.write(strings.Replace(twoApps, "S3CRETa", "S3CRETlate", 1) + "\n ")
	f.now = f.now.Add(11 * time.Second)
	if now, _ := f.Secret(t.Context()); now == first || f.told != nil {
		t.Errorf("told %q", f.told)
	}
	before, _ := f.Secret(t.Context())
	f.now = f.now.Add(11 * time.Second)
	if after, _ := f.Secret(t.Context()); after != before {
		t.Error("a file that has not changed is another secret")
	}
}

// A file that is being edited, or that somebody has broken, turns nobody away.
func TestFileThatIsBadChangesNothing(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*secretFile)
		says  string
	}{
		"half written": {func(f *secretFile) { f.write(twoApps[:40]) }, "--secret-file: the secret is not valid JSON"},
		"gone":         {func(f *secretFile) { os.Remove(f.path) }, "--secret-file: the file cannot be opened: no such file"},
		"empty":        {func(f *secretFile) { f.write("") }, "is empty"},
		"everybody's":  {func(f *secretFile) { os.Chmod(f.path, 0o644) }, "has the mode 0644"},
		"not accepted": {func(f *secretFile) {
			f.Accept(func(context.Context, *login.Secret) error { return login.StoreUnavailable })
			f.write(strings.Replace(twoApps, "S3CRETa", "S3CRETnew", 1))
		}, "store_unavailable"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newSecretFile(t, twoApps)
			c.spoil(f)
			for range 3 {
				f.now = f.now.Add(11 * time.Second)
				f.want("it is bad", f.Secret, "S3CRETa")
				f.want("it is bad", f.Refetch, "S3CRETa")
			}
			if len(f.told) != 1 || !strings.Contains(f.told[0], c.says) || strings.Contains(f.told[0], "S3CRET") {
				t.Errorf("told %q", f.told)
			}
			f.Accept(nil)
			os.Remove(f.path)
			f.write(strings.Replace(twoApps, "S3CRETa", "S3CRETgood", 1))
			f.now = f.now.Add(11 * time.Second)
			f.want("it is good again", f.Secret, "S3CRETgood")
			c.spoil(f)
			f.now = f.now.Add(11 * time.Second)
			f.want("it is bad again", f.Secret, "S3CRETgood")
			if len(f.told) != 2 {
				t.Errorf("when the same happens again: told %q", f.told)
			}
		})
	}
}

func TestSealKeysOfAFile(t *testing.T) {
	const short = `{"appId":"wxa","appSecret":"S3CRETa"`
	long := strings.TrimSuffix(twoApps, "}")
	key := func(id, key string) string { return `{"id":"` + id + `","key":"` + key + `"}` }
	for name, c := range map[string]struct {
		content string
		want    []string
		fails   string
	}{
		"none, in the long form":       {twoApps, []string{"0"}, ""},
		"none, in the short form":      {short + "}", []string{"0"}, ""},
		"keys of its own":              {long + `,"sealKeys":[` + key("2", fileKey+"2") + "," + key("1", fileKey) + "]}", []string{"2", "1", "0"}, ""},
		"the folder's among its own":   {long + `,"sealKeys":[` + key("1", fileKey) + "," + key("0", string(folderKey.Key)) + "]}", []string{"1", "0"}, ""},
		"the folder's in the short":    {short + `,"sealKey":"` + string(folderKey.Key) + `"}`, []string{"0"}, ""},
		"another under the folder's":   {long + `,"sealKeys":[` + key("1", fileKey+"1") + "," + key("0", fileKey) + "]}", nil, `sealKeys uses the id "0"`},
		"another in the short form":    {short + `,"sealKey":"` + fileKey + `"}`, nil, `sealKey uses the id "0"`},
		"an empty list":                {long + `,"sealKeys":[]}`, nil, "sealKeys is empty"},
		"a list in the short form":     {short + `,"sealKeys":[` + key("1", fileKey) + "]}", nil, "mixes its two forms"},
		"a placeholder":                {short + `,"sealKey":"REPLACE_ME"}`, nil, "sealKey is still the placeholder"},
		"a placeholder as AppSecret":   {strings.Replace(twoApps, "S3CRETb", "REPLACE_ME", 1), nil, "appSecret is still the placeholder"},
		"a byte order mark":            {"\uFEFF" + twoApps, []string{"0"}, ""},
		"two apps and no default":      {`{"apps":{"wxa":{"appSecret":"S3CRETa"},"wxb":{"appSecret":"S3CRETb"}}}`, nil, "defaultApp is missing"},
		"a default that is none":       {strings.Replace(twoApps, `"defaultApp":"wxa"`, `"defaultApp":"wxc"`, 1), nil, "defaultApp is not one of apps"},
		"no JSON":                      {"S3CRET", nil, "is not a JSON object"},
		"a duplicate field":            {strings.Replace(twoApps, `{"defaultApp"`, `{"defaultApp":"wxb","defaultApp"`, 1), nil, "duplicate field"},
		"more than a secret may have":  {twoApps + strings.Repeat(" ", secrets.MaxSize), nil, "is longer than 65536 bytes"},
		"nothing but a mark and blank": {"\uFEFF \n", nil, "is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "secret.json")
			if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
			f, err := secrets.OpenFile(t.Context(), secrets.FileConfig{Path: path, Setting: "SETTING", SealKey: folderKey})
			if c.fails != "" {
				if err == nil || !strings.HasPrefix(err.Error(), "SETTING: "+path) || !strings.Contains(err.Error(), c.fails) || strings.Contains(err.Error(), "S3CRET") {
					t.Errorf("got %v, want %q", err, c.fails)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			s, err := f.Secret(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var ids []string
			for _, k := range s.SealKeys {
				ids = append(ids, k.ID)
			}
			if !slices.Equal(ids, c.want) {
				t.Errorf("the seal keys are %v, want %v", ids, c.want)
			}
		})
	}
}

// A folder whose data was sealed by its own key stays readable when a secret with newer keys comes, and keeps its names.
func TestFolderStaysReadableUnderAFile(t *testing.T) {
	alone, err := secrets.FromApp("wxa", "S3CRETa", folderKey)
	if err != nil {
		t.Fatal(err)
	}
	before, _ := alone.Secret(t.Context())
	sealed := before.Seal([]byte("text"), "purpose")
	f := newSecretFile(t, strings.TrimSuffix(twoApps, "}")+`,"sealKeys":[{"id":"1","key":"`+fileKey+`"}]}`)
	after, _ := f.Secret(t.Context())
	if plain, err := after.Open(sealed, "purpose"); err != nil || string(plain) != "text" {
		t.Errorf("got %q, %v", plain, err)
	}
	if before.Hash("purpose", "part") != after.Hash("purpose", "part") {
		t.Error("names of records change")
	}
	if !strings.HasPrefix(after.Seal(nil, "purpose"), "1.") {
		t.Error("the newest key of the file does not seal")
	}
}

// What stands where a path belongs may be the secret itself.
func TestPathsThatAreNoSecretFile(t *testing.T) {
	folder := t.TempDir()
	modes := map[string]os.FileMode{"group": 0o640, "others": 0o604, "written": 0o622}
	for name, mode := range modes {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(twoApps), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(filepath.Join(folder, name), mode); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct{ path, says string }{
		"a value":                {twoApps, "the file cannot be opened: no such file"},
		"a directory":            {folder, folder + " is a directory"},
		"no regular file":        {os.DevNull, "is not a regular file"},
		"one of a group":         {filepath.Join(folder, "group"), "group has the mode 0640"},
		"one that others read":   {filepath.Join(folder, "others"), "chmod 600 " + filepath.Join(folder, "others")},
		"one that others change": {filepath.Join(folder, "written"), "written has the mode 0622"},
	} {
		t.Run(name, func(t *testing.T) {
			if runtime.GOOS == "windows" && strings.Contains(c.says, "mode") {
				t.Skip("Windows has no permission bits")
			}
			_, err := secrets.OpenFile(t.Context(), secrets.FileConfig{Path: c.path, Setting: "SETTING", SealKey: folderKey})
			if err == nil || !strings.HasPrefix(err.Error(), "SETTING: ") || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "S3CRET") {
				t.Errorf("got %v, want %q", err, c.says)
			}
		})
	}
}

// What users are found by is the folder's own, unless the file has another; a mini-program whose policy needs it can be served.
func TestIndexKeyOfAFile(t *testing.T) {
	const linking = `{"defaultApp":"wxa","apps":{"wxa":{"appSecret":"S3CRETa","linkUnionId":true}}`
	own := login.Hidden(strings.Repeat("i", 43))
	for name, c := range map[string]struct {
		content string
		want    login.Hidden
	}{
		"no index key":           {linking + `}`, folderKey.IndexKey()},
		"seal keys, but no such": {linking + `,"sealKeys":[{"id":"1","key":"` + fileKey + `"}]}`, folderKey.IndexKey()},
		"an index key":           {linking + `,"indexKey":"` + string(own) + `"}`, own},
	} {
		s, err := newSecretFile(t, c.content).Secret(t.Context())
		if err != nil || s.IndexKey != c.want {
			t.Errorf("%s: %v, or another key", name, err)
		}
	}
}
