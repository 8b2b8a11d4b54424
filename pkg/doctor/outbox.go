package doctor

import (
	"context"
	"fmt"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/outbox"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
)

const outboxCheck = "notices"

// Outbox checks that no notice of a stack waits for more than an hour.
func Outbox(store login.Outbox) Check {
	return Check{Timeout: walkTime, Run: func(ctx context.Context) []Finding {
		users, oldest, err := outbox.Count(ctx, store)
		if err != nil {
			finding := skip(outboxCheck, fmt.Sprintf("which notices wait cannot be read: %v", causeOf(err)))
			finding.Do = "use credentials that allow dynamodb:Scan on the table Outbox"
			return []Finding{finding}
		}
		return []Finding{notices(users, oldest, "see the log of the function outbox; once that is mended, `wxbind outbox send --stack NAME` sends them")}
	}}
}

// EmbeddedOutbox checks the same of an embedded store. What is wrong with the store itself, another line says.
func EmbeddedOutbox(f Files) Check {
	return Check{Timeout: readTime, Run: func(ctx context.Context) []Finding {
		if f.examine(ctx) != nil {
			return []Finding{skip(outboxCheck, "the store says which notices wait")}
		}
		db, err := openReadOnly(f.Database)
		if err != nil {
			return []Finding{skip(outboxCheck, err.Error()).because(err)}
		}
		defer db.Close()
		users, oldest, err := sqlitestore.WaitingNotices(ctx, db)
		if err != nil {
			return []Finding{skip(outboxCheck, fmt.Sprintf("%s cannot be read: %v", f.Database, err)).because(err)}
		}
		return []Finding{notices(users, oldest, "see the log of `wxbind serve`, which --webhook makes send them; `wxbind outbox send` sends them now")}
	}}
}

// notices says whether something has waited for too long.
func notices(users int, oldest time.Time, do string) Finding {
	if users == 0 || time.Since(oldest) <= outbox.Overdue {
		return ok(outboxCheck, "no notice to the platform has waited for an hour")
	}
	return warn(outboxCheck, fmt.Sprintf("notices to the platform have waited since %s", oldest.UTC().Format("2006-01-02 15:04Z")), do)
}
