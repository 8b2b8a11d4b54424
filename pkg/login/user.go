package login

import (
	"maps"
	"slices"
	"time"
)

// User is one user of the platform.
type User struct {
	ID string
	// Username is as Config.Username folds it, and unique. For a directory's user it is as the directory
	// describes them, and need not be unique.
	Username string
	// Name is how the platform addresses the user.
	Name string
	// NameGiven says where the user has given the name themselves.
	NameGiven Given
	// Avatar is the https address of the user's picture; "" for none. AvatarGiven says where the user has given it themselves.
	Avatar      string
	AvatarGiven Given
	// PasswordID names the user's Password. It is "" for a user who has none here.
	PasswordID string
	Roles      []string
	Disabled   bool
	// Epoch is a random id that a new one replaces whenever all sessions of the user end. A session lives
	// only while it carries the user's epoch. Compare it for equality only; see
	// docs/decisions/random-epoch.md.
	Epoch     string
	CreatedAt time.Time
	// Phone is the user's phone number, if they have one.
	Phone Phone
	// RegisteredIn is the mini-program in which the user has registered by themselves; "" for one whom an administrator has
	// added, or a directory had already.
	RegisteredIn string
	// Unions are the indexes of the unionids by which the user is found; see Secret.Index.
	Unions []string
	// Replaced has the last Replacement by appid; nil if there was none.
	Replaced map[string]Replacement
	// Apps has the user's bindings by appid. It is never nil.
	Apps map[string]UserApp
}

// UserChange is what is set of a user, by an administrator or by themselves. nil leaves something as it is.
type UserChange struct {
	Name   *string
	Avatar *string
	Roles  *[]string
	// Given is noted of the name and the avatar that are set. It is zero for an administrator.
	Given Given
}

// Profile is a user as a Directory describes them.
type Profile struct {
	// ID is the directory's own id of the user: 1 to 256 bytes of UTF-8 without control characters. It
	// never changes.
	ID       string
	Username string
	Name     string
	// Avatar is the https address of their picture; "" for none.
	Avatar   string
	Roles    []string
	Disabled bool
	// RegisteredIn is the mini-program for which the directory has just registered the user; else "". It is no part of the
	// description: it becomes a new user's, and changes no other.
	RegisteredIn string
}

// describes says whether the user is stored as p describes them.
func (p Profile) describes(u User) bool {
	return u.ID == p.ID && u.Username == p.Username && u.Name == p.Name && u.Avatar == p.Avatar && slices.Equal(u.Roles, p.Roles)
}

// UserApp is the note of a binding in its user.
type UserApp struct {
	OpenID    string
	BindingID string
	// Index and Union are the binding's.
	Index, Union string
}

// KnownIn is an app in which the user is bound with a unionid by which they are found; "" for none. They stay found by that of a
// binding that is gone, but are not bound with it.
func (u User) KnownIn(union string) string {
	if union == "" || !slices.Contains(u.Unions, union) {
		return ""
	}
	for _, appID := range slices.Sorted(maps.Keys(u.Apps)) {
		if u.Apps[appID].Union == union {
			return appID
		}
	}
	return ""
}

// Replacement is what a user notes when another WeChat takes the place of theirs in a mini-program.
type Replacement struct {
	// At is when it happened.
	At time.Time
	// OpenID was the displaced one, which may take its place back for some days; "" if it has just done so.
	OpenID string
}

// Menu is a node of the tree that a client shows to a user.
type Menu struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Path     string `json:"path"`
	Icon     string `json:"icon"`
	Children []Menu `json:"children"`
}

// Role is a named list of menus. Users who have the role see them.
type Role struct {
	Name  string
	Menus []Menu
}

// Limits of what an administrator or a directory may set.
const (
	// MaxRoles is how many roles a user may have.
	MaxRoles = 20
	// MaxMenuDepth is how deep a role's menus may be nested.
	MaxMenuDepth = 8
)

// mergeMenus joins trees in order. Menus with the same id become one: it is where the first one is, and
// has the children of all.
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
