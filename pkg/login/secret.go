package login

import (
	"errors"
	"fmt"
)

// Secret is what the operator keeps in Secrets Manager: the mini-programs with
// their AppSecrets, and the keys that seal what is stored.
type Secret struct {
	// DefaultApp is the appid of a request that names none.
	DefaultApp string
	// Apps are the mini-programs by their appid.
	Apps map[string]App
	// SealKeys are the keys, newest first. The newest seals; each of them opens.
	SealKeys []SealKey
}

// App is one mini-program, as code2Session needs it.
type App struct {
	ID     string
	Secret Hidden
}

// SealKey is a key with the id that sealed texts name it by.
type SealKey struct {
	ID  string
	Key Hidden
}

// minSealKey is the length of a random string over [A-Za-z0-9] that holds 256 bits.
const minSealKey = 43

// The longest names that a secret may have, in bytes.
const (
	maxAppID     = 64
	maxSealKeyID = 32
)

// ValidAppID says whether id has the form of an appid: letters, digits, _ and -.
// It therefore holds no separator of a key.
func ValidAppID(id string) bool { return plainName(id, maxAppID) }

// plainName says whether s is 1 to limit of A-Z a-z 0-9 _ -.
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

// Validate says what is wrong with s, naming the setting and never its value.
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
	}
	if len(s.SealKeys) == 0 {
		return errors.New("sealKeys is empty")
	}
	seen := map[string]bool{}
	for i, k := range s.SealKeys {
		switch {
		case !plainName(k.ID, maxSealKeyID):
			return fmt.Errorf("sealKeys[%d].id must be 1 to %d of A-Z a-z 0-9 _ -", i, maxSealKeyID)
		case seen[k.ID]:
			return fmt.Errorf("sealKeys[%d].id is given twice", i)
		case len(k.Key) < minSealKey:
			return fmt.Errorf("sealKeys[%d].key must be at least %d random characters", i, minSealKey)
		}
		seen[k.ID] = true
	}
	return nil
}

// AppOf picks the mini-program of a request: the one it names, else the one in
// WeChat's Referer, else the default. A name that is not configured counts as
// not given.
func (s *Secret) AppOf(c Caller) App {
	for _, id := range []string{c.AppID, c.RefererAppID} {
		if app, ok := s.Apps[id]; ok {
			return app
		}
	}
	return s.Apps[s.DefaultApp]
}
