package login

import (
	"context"
	"maps"
	"sync"
	"time"
)

// menuLife is how long a process caches a role's menus.
const menuLife = time.Minute

// menuCache caches the menus of roles. It is refreshed on read.
type menuCache struct {
	roles Roles
	now   func() time.Time
	mu    sync.Mutex
	kept  map[string]cachedMenus
}

type cachedMenus struct {
	menus []Menu
	until time.Time
}

// of returns the merged menus of roles. It reads those that are not cached in one round trip. A role that
// does not exist has no menus.
func (c *menuCache) of(ctx context.Context, roles []string) ([]Menu, error) {
	known := map[string][]Menu{}
	var missing []string
	now := c.now()
	c.mu.Lock()
	for _, role := range roles {
		if kept, ok := c.kept[role]; ok && now.Before(kept.until) {
			known[role] = kept.menus
		} else {
			missing = append(missing, role)
		}
	}
	c.mu.Unlock()

	if len(missing) > 0 {
		read, err := c.roles.MenusByRole(ctx, missing)
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

// keep caches what was read and drops what is stale, so that the cache holds only roles in use.
func (c *menuCache) keep(roles []string, read map[string][]Menu, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil {
		c.kept = map[string]cachedMenus{}
	}
	maps.DeleteFunc(c.kept, func(_ string, kept cachedMenus) bool { return !now.Before(kept.until) })
	for _, role := range roles {
		c.kept[role] = cachedMenus{read[role], now.Add(menuLife)}
	}
}
