package login

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
)

// Secret is what the operator keeps in Secrets Manager: the mini-programs with
// their AppSecrets, and the keys that seal what is stored. Once it is in use it must
// not be changed.
type Secret struct {
	// DefaultApp is the appid of a request that names none.
	DefaultApp string
	// Apps are the mini-programs by their appid.
	Apps map[string]App
	// SealKeys are the keys, newest first. The newest seals; all of them open.
	SealKeys []SealKey
	// DirectoryKey signs the requests to the platform's directory. It is "" without one.
	DirectoryKey Hidden
	// WebhookKey signs the notices that `wxbind serve` sends to the platform. It is "" if none are sent.
	WebhookKey Hidden
	// IndexKey hashes what users are found by for ever: phone numbers, unionids, identities that were removed. Unlike a
	// seal key it never changes, or nobody would be found any more. It is "" in a secret from before there was one; then
	// nobody is found by these.
	IndexKey Hidden
	// keys are derived from SealKeys when they are first needed. A pointer does not show them, however the secret is printed.
	keys atomic.Pointer[derivedKeys]
}

// App is one mini-program.
type App struct {
	ID     string
	Secret Hidden
	Policy Policy
	// PrefetchKey stands in the address that WeChat's console has for the pre-fetch, and so tells WeChat's own requests from
	// others', which may have the same parameters. It is 22 to 128 characters of A-Z a-z 0-9 _ -, or "" if there is no
	// pre-fetch.
	PrefetchKey Hidden
	// API are the keys of WeChat's API security, if the operator has turned that on.
	API APIKeys
	// Push is about what WeChat pushes.
	Push PushSettings
}

// SealKey is a key with its id, which sealed texts name.
type SealKey struct {
	ID  string
	Key Hidden
}

// minKey is the length of a random string over [A-Za-z0-9] that holds 256 bits.
const minKey = 43

// These bound a PrefetchKey, in characters. 22 of its 64 characters hold 128 bits: it is no key to data, and stands in an address.
const (
	minPrefetchKey = 22
	maxPrefetchKey = 128
)

// The longest ids in a secret, in bytes.
const (
	maxAppID = 64
	maxKeyID = 32
)

// ValidAppID says whether id has the form of an appid: 1 to 64 letters, digits, _ and -. So an appid never
// has a separator of the stores' keys.
func ValidAppID(id string) bool { return plainName(id, maxAppID) }

// plainName says whether s has 1 to limit characters, all of A-Z a-z 0-9 _ -.
func plainName(s string, limit int) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_', c == '-':
		default:
			return false
		}
	}
	return s != "" && len(s) <= limit
}

// EntryOf names an app's entry of a secret in an error if the id looks like WeChat's appids: "wx" and 16 hexadecimal
// digits. Anything else may be a secret in the wrong place.
func EntryOf(appID string) string {
	digits, ok := strings.CutPrefix(appID, "wx")
	if !ok || len(digits) != 16 || strings.Trim(digits, "0123456789abcdef") != "" {
		return "an app of apps"
	}
	return "apps." + appID
}

// Validate says what is wrong with s. It names the setting and never quotes a secret.
func (s *Secret) Validate() error {
	if len(s.Apps) == 0 {
		return errors.New("apps is empty")
	}
	if _, ok := s.Apps[s.DefaultApp]; !ok {
		return errors.New("defaultApp is not one of apps")
	}
	for id, app := range s.Apps {
		if !ValidAppID(id) || app.ID != id {
			return errors.New("apps has a name that is no appid")
		}
		if app.Secret == "" {
			return fmt.Errorf("apps.%s.appSecret is empty", id)
		}
		if _, err := app.API.Security(); err != nil {
			return fmt.Errorf("apps.%s.apiKeys.%w", id, err)
		}
	}
	if len(s.SealKeys) == 0 {
		return errors.New("sealKeys is empty")
	}
	keys := namedKeys{list: "sealKeys"}
	for _, k := range s.SealKeys {
		keys.add(k.ID, k.Key)
	}
	return cmp.Or(keys.err, long("directoryKey", s.DirectoryKey), long("webhookKey", s.WebhookKey), long("indexKey", s.IndexKey), s.validateApps())
}

// long says what is wrong with a key that may be absent.
func long(name string, key Hidden) error {
	if key != "" && len(key) < minKey {
		return fmt.Errorf("%s must be at least %d random characters", name, minKey)
	}
	return nil
}

// namedKeys checks a list of keys with unique ids. err is the first fault.
type namedKeys struct {
	list string
	// ascii says that the keys travel in headers.
	ascii bool
	seen  []string
	err   error
}

func (n *namedKeys) add(id string, key Hidden) {
	fault := ""
	switch {
	case !plainName(id, maxKeyID):
		fault = fmt.Sprintf("id must be 1 to %d of A-Z a-z 0-9 _ -", maxKeyID)
	case slices.Contains(n.seen, id):
		fault = "id is given twice"
	case len(key) < minKey:
		fault = fmt.Sprintf("key must be at least %d random characters", minKey)
	case n.ascii && !printableASCII(string(key)):
		fault = "key must be visible ASCII"
	}
	if fault != "" && n.err == nil {
		n.err = fmt.Errorf("%s[%d].%s", n.list, len(n.seen), fault)
	}
	n.seen = append(n.seen, id)
}

// AppOf picks the mini-program of a request: the one it names, else the one in
// WeChat's Referer, which is only a hint, else the default. A name that is not
// configured counts as not given; known is then false.
func (s *Secret) AppOf(c Caller) (app App, known bool) {
	if app, known = s.Apps[c.AppID]; known {
		return app, true
	}
	app, configured := s.Apps[c.RefererAppID]
	if !configured {
		app = s.Apps[s.DefaultApp]
	}
	return app, c.AppID == ""
}
