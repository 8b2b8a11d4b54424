package login

import (
	"context"
	"maps"
	"sync"
	"time"
)

// menuLife is how long a process keeps a role's menus.
const menuLife = time.Minute

// menuCache keeps the menus of roles: a value and when it goes stale, refreshed
// on read.
type menuCache struct {
	users Users
	now   func() time.Time
	mu    sync.Mutex
	roles map[string]cachedMenus
}

type cachedMenus struct {
	menus []Menu
	until time.Time
}

// of gives the merged menus of roles, reading those that are not cached in one
// round trip. A role that does not exist has none.
func (c *menuCache) of(ctx context.Context, roles []string) ([]Menu, error) {
	known := map[string][]Menu{}
	var missing []string
	now := c.now()
	c.mu.Lock()
	for _, role := range roles {
		if kept, ok := c.roles[role]; ok && now.Before(kept.until) {
			known[role] = kept.menus
		} else {
			missing = append(missing, role)
		}
	}
	c.mu.Unlock()

	if len(missing) > 0 {
		read, err := c.users.MenusByRole(ctx, missing)
		if err != nil {
			return nil, err
		}
		maps.Copy(known, read)
		c.keep(missing, read, now)
	}

	trees := make([][]Menu, len(roles))
	for i, role := range roles {
		trees[i] = known[role]
	}
	return mergeMenus(trees...), nil
}

// keep stores what was read and drops what went stale, so that the cache is no
// larger than the roles in use.
func (c *menuCache) keep(roles []string, read map[string][]Menu, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.roles == nil {
		c.roles = map[string]cachedMenus{}
	}
	maps.DeleteFunc(c.roles, func(_ string, kept cachedMenus) bool { return !now.Before(kept.until) })
	for _, role := range roles {
		c.roles[role] = cachedMenus{read[role], now.Add(menuLife)}
	}
}
