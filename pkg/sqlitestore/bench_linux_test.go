package sqlitestore

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// populated makes a store with so many people, who are bound.
func populated(b *testing.B, people int) *Store {
	b.Helper()
	s, err := Open(b.Context(), filepath.Join(b.TempDir(), "wxbind.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	for _, statement := range []string{
		`INSERT INTO users (id, username, name, password_id, roles, disabled, epoch, created_at)
			WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ? - 1)
			SELECT printf('user-%017d', i), printf('name-%d', i), 'Name', '', '["reader"]', 0, 'epoch-0123456789abcdef', 0 FROM n`,
		`INSERT INTO bindings (app_id, openid, user_id, id, union_id, sealed_key, bound_at, last_login_at, epoch)
			SELECT '` + testApp + `', 'o-' || id, id, 'b-' || id, '', hex(zeroblob(45)), 0, 0, epoch FROM users LIMIT ?`,
	} {
		if _, err := s.upkeep.ExecContext(b.Context(), statement, people); err != nil {
			b.Fatal(err)
		}
	}
	return s
}

// processorTime is what this process has used of the processors.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkLogin is what a bound checkBind asks of the store: a read and a write.
func BenchmarkLogin(b *testing.B) {
	for _, people := range []int{1_000, 100_000} {
		for _, inFlight := range []int{1, 16} {
			b.Run(fmt.Sprintf("people=%d/inFlight=%d", people, inFlight), func(b *testing.B) {
				s := populated(b, people)
				var commits atomic.Int64
				s.Now = func() time.Time { commits.Add(1); return time.Now() } // once a commit
				before := processorTime(b)
				b.ResetTimer()
				var all sync.WaitGroup
				var begun atomic.Int64
				for range inFlight {
					all.Go(func() {
						for begun.Add(1) <= int64(b.N) {
							openID := fmt.Sprintf("o-user-%017d", rand.IntN(people))
							if err := enter(b.Context(), s, openID, login.NewID()+login.NewID(), time.Now()); err != nil {
								b.Error(err)
							}
						}
					})
				}
				all.Wait()
				b.ReportMetric(float64((processorTime(b)-before).Microseconds())/float64(b.N), "cpu-µs/op")
				b.ReportMetric(float64(commits.Load())/float64(b.N), "commits/op")
			})
		}
	}
}

// BenchmarkVerify is what each visit asks of the store.
func BenchmarkVerify(b *testing.B) {
	const people = 10_000
	s := populated(b, people)
	for i := range 100 {
		if err := enter(b.Context(), s, fmt.Sprintf("o-user-%017d", i), "token", time.Now()); err != nil {
			b.Fatal(err)
		}
	}
	before := processorTime(b)
	for b.Loop() {
		if _, _, err := s.SessionWithUser(b.Context(), fmt.Sprintf("user-%017d", rand.IntN(100)), "token"); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64((processorTime(b)-before).Microseconds())/float64(b.N), "cpu-µs/op")
}
