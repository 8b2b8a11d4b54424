package main

import (
	"context"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/sheet"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
	"github.com/wxbind/wxbind/pkg/userfile"
)

// BenchmarkImport imports, in turn, hashed users into a new store, a binding for each, and one with a unionid for each in another
// mini-program. For each it prints the rows a second and the requests a row. A ratio says how fast bindings are compared with the users
// of the same round: the median of all rounds, and 1 is as fast.
func BenchmarkImport(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) {
		benchImport(b, func() (login.AdminStore, func() int) {
			store, err := sqlitestore.Open(b.Context(), filepath.Join(b.TempDir(), databaseName))
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { store.Close() })
			return store, func() int { return 0 }
		})
	})
	b.Run("dynamodb", func(b *testing.B) {
		endpoint := dynamotest.Endpoint(b)
		proxy := dynamotest.NewProxy(b, endpoint)
		benchImport(b, func() (login.AdminStore, func() int) {
			store := dynamostore.New(dynamostore.Config{
				Client: dynamotest.Client(proxy.URL()), Tables: dynamotest.NewTables(b, dynamotest.Client(endpoint)),
			})
			return store, func() (n int) {
				for _, requests := range proxy.Requests() {
					n += requests
				}
				return n
			}
		})
	})
}

// measured is what imports of one kind took, a round each.
type measured struct {
	took     []time.Duration
	requests int
}

// benchImport imports into stores that open makes, which also tells how many requests there were so far.
func benchImport(b *testing.B, open func() (login.AdminStore, func() int)) {
	const n = 4000
	users, withUnions := hashedUsers(n), strings.ReplaceAll(bindingRows(n), demoApp, otherDemoApp)
	bindings := regexp.MustCompile(`unionid-\d+`).ReplaceAllString(bindingRows(n), "")
	secret := &login.Secret{IndexKey: testIndexKey, Apps: map[string]login.App{demoApp: {}, otherDemoApp: {}}}
	watcher := admin.ImportWatcher{Bad: func(bad *admin.BadRow) { b.Error(bad) }, Progress: func(admin.Imported) {}}
	var all [3]measured
	for b.Loop() {
		store, requests := open()
		if err := store.PutRole(b.Context(), login.Role{Name: "demo"}); err != nil {
			b.Fatal(err)
		}
		for i, text := range []string{users, bindings, withUnions} {
			a := adminOf(store) // each import is a command of its own
			a.Secret = func(context.Context) (*login.Secret, error) { return secret, nil }
			start, before := time.Now(), requests()
			done, err := importText(b, a, text, i > 0, watcher)
			if err != nil || done.Added != n {
				b.Fatalf("%+v, %v", done, err)
			}
			all[i].took = append(all[i].took, time.Since(start))
			all[i].requests += requests() - before
		}
	}
	b.ReportMetric(0, "ns/op") // of all three together, which says nothing
	for i, unit := range []string{"user", "binding", "unionid"} {
		var sum time.Duration
		var ratios []float64
		for round, took := range all[i].took {
			sum += took
			ratios = append(ratios, all[0].took[round].Seconds()/took.Seconds())
		}
		slices.Sort(ratios)
		rows := float64(n * len(ratios))
		b.ReportMetric(rows/sum.Seconds(), unit+"s/s")
		b.ReportMetric(float64(all[i].requests)/rows, "requests/"+unit)
		if i > 0 {
			b.ReportMetric(ratios[len(ratios)/2], unit+"-ratio")
		}
	}
}

// importText imports a CSV file of users or bindings.
func importText(b *testing.B, a *admin.Service, text string, bindings bool, w admin.ImportWatcher) (admin.Imported, error) {
	b.Helper()
	if bindings {
		file, err := userfile.NewBindings(strings.NewReader(text), userfile.CSV, sheet.Options{})
		if err != nil {
			return admin.Imported{}, err
		}
		return a.ImportBindings(b.Context(), file.Rows(), w)
	}
	file, err := userfile.New(strings.NewReader(text), userfile.CSV, sheet.Options{})
	if err != nil {
		return admin.Imported{}, err
	}
	return a.Import(b.Context(), file.Rows(), w)
}
