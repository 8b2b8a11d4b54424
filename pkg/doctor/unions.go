package doctor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
)

const (
	unionsCheck = "unionids"
	// walkTime bounds the reading of all users and bindings of a stack.
	walkTime = time.Minute
	// namedConflicts is how many conflicts a line names.
	namedConflicts = 3
)

// Unions counts the users of a stack whose binding has a unionid by which another user is found: one person who has become two
// users. It reads each user and each binding.
func Unions(store login.AdminStore) Check {
	return Check{Timeout: walkTime, Run: func(ctx context.Context) []Finding {
		var mu sync.Mutex
		var conflicts []sqlitestore.UnionConflict
		walked := 0
		err := (&admin.Service{Store: store}).Walk(ctx, func(ctx context.Context, u login.User) error {
			found, err := conflictsOf(ctx, store, u)
			mu.Lock()
			defer mu.Unlock()
			conflicts = append(conflicts, found...)
			return err
		}, func(n int) { walked = n })
		slices.SortFunc(conflicts, func(a, b sqlitestore.UnionConflict) int { return strings.Compare(a.UserID, b.UserID) })
		finding := unions(conflicts)
		switch {
		case err == nil:
		case ctx.Err() != nil && finding.Status == OK:
			finding = skip(unionsCheck, fmt.Sprintf("no conflict among the first %s, and there was no time for more", count(walked, "user")))
		case ctx.Err() != nil:
			finding.Says += fmt.Sprintf(", among the first %s; there was no time for more", count(walked, "user"))
		default:
			finding = skip(unionsCheck, fmt.Sprintf("the users and their bindings cannot be read: %v", causeOf(err)))
			finding.Do = "use credentials that allow dynamodb:Scan on the table Users, and dynamodb:GetItem on Users and Bindings"
		}
		return []Finding{finding}
	}}
}

// conflictsOf finds whom the unionids of a user's bindings lead to instead of the user.
func conflictsOf(ctx context.Context, store login.AdminStore, u login.User) (found []sqlitestore.UnionConflict, err error) {
	for appID, app := range u.Apps {
		b, err := store.BindingByOpenID(ctx, appID, app.OpenID)
		if errors.Is(err, login.ErrBindingNotFound) {
			continue // it was removed meanwhile
		}
		if err != nil {
			return nil, err
		}
		if b.Union == "" || slices.Contains(u.Unions, b.Union) {
			continue
		}
		owner, err := store.OwnerOfUnion(ctx, b.Union)
		if errors.Is(err, login.ErrUserNotFound) || err == nil && owner.UserID == u.ID {
			continue
		}
		if err != nil {
			return nil, err
		}
		if c := (sqlitestore.UnionConflict{UserID: u.ID, FoundID: owner.UserID}); !slices.Contains(found, c) {
			found = append(found, c)
		}
	}
	return found, nil
}

// unions looks for the same in an embedded store. What is wrong with the store itself, another line says.
func (f Files) unions(ctx context.Context) Finding {
	if f.examine(ctx) != nil {
		return skip(unionsCheck, "the store says which users there are")
	}
	db, err := openReadOnly(f.Database)
	if err != nil {
		return skip(unionsCheck, err.Error()).because(err)
	}
	defer db.Close()
	conflicts, err := sqlitestore.UnionConflicts(ctx, db)
	if err != nil {
		return skip(unionsCheck, fmt.Sprintf("%s cannot be read: %v", f.Database, err)).because(err)
	}
	return unions(conflicts)
}

// unions says who has become two users.
func unions(conflicts []sqlitestore.UnionConflict) Finding {
	if len(conflicts) == 0 {
		return ok(unionsCheck, "no user has a unionid by which another user is found")
	}
	var named []string
	for _, c := range conflicts[:min(len(conflicts), namedConflicts)] {
		named = append(named, c.UserID+" (found: "+c.FoundID+")")
	}
	if len(conflicts) > namedConflicts {
		named = append(named, "…")
	}
	says := "%d users have a unionid by which another user is found: %s"
	if len(conflicts) == 1 {
		says = "%d user has a unionid by which another user is found: %s"
	}
	return warn(unionsCheck, fmt.Sprintf(says, len(conflicts), strings.Join(named, ", ")),
		"each is one person with two users, who is let in elsewhere as the one that is found: see both with `wxbind user show ID`, and delete the one that is not needed")
}
