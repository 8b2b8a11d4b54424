package login

import (
	"slices"
	"time"
)

// User is one user of the platform.
type User struct {
	ID string
	// Username is as Config.Username folds it. It is unique.
	Username string
	// Name is how the platform addresses the user.
	Name string
	// PasswordHash is a PHC string (argon2id) or a bcrypt hash.
	PasswordHash Hidden
	Roles        []string
	Disabled     bool
	// NotBefore ends every session that was begun at this moment or earlier.
	NotBefore time.Time
	CreatedAt time.Time
	// Apps says by appid where the user is bound. It is never nil.
	Apps map[string]UserApp
}

// Profile is a user as a Directory describes them.
type Profile struct {
	// ID is the directory's, of 1 to 256 bytes of UTF-8 without control characters. It stays.
	ID       string
	Username string
	Name     string
	Roles    []string
	Disabled bool
}

// describes says whether the user is stored as p describes them.
func (p Profile) describes(u User) bool {
	return u.ID == p.ID && u.Username == p.Username && u.Name == p.Name && slices.Equal(u.Roles, p.Roles)
}

// UserApp is a binding as its user knows it.
type UserApp struct {
	OpenID    string
	BindingID string
}

// Menu is a node of the tree that a client shows to a user.
type Menu struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Path     string `json:"path"`
	Icon     string `json:"icon"`
	Children []Menu `json:"children"`
}

// Role gives the users that have it their menus.
type Role struct {
	Name  string
	Menus []Menu
}

// Limits of what an administrator or a directory may say.
const (
	// MaxRoles is how many roles a user may have.
	MaxRoles = 20
	// MaxMenuDepth is how deep a role's menus may be nested.
	MaxMenuDepth = 8
)

// mergeMenus joins trees in order. A menu that stands in several, by its id,
// appears once, where it came first, with the children of all.
func mergeMenus(trees ...[]Menu) []Menu {
	merged := []Menu{}
	for _, tree := range trees {
		for _, m := range tree {
			i := slices.IndexFunc(merged, func(have Menu) bool { return have.ID == m.ID })
			if i < 0 {
				m.Children = mergeMenus(m.Children)
				merged = append(merged, m)
				continue
			}
			merged[i].Children = mergeMenus(merged[i].Children, m.Children)
		}
	}
	return merged
}
