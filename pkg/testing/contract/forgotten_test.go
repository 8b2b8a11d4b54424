package contract_test

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
)

// shelf is a store and the contents of its tables: each value as a text, with the table
// that it is in.
type shelf struct {
	store login.AdminStore
	dump  func(*testing.T) map[string][]string
}

var shelves = map[string]func(*testing.T) shelf{
	"DynamoDB": func(t *testing.T) shelf {
		client := dynamotest.Client(dynamotest.Endpoint(t))
		tables := dynamotest.NewTables(t, client)
		return shelf{dynamostore.New(dynamostore.Config{Client: client, Tables: tables}), func(t *testing.T) map[string][]string {
			all := map[string][]string{}
			for _, table := range []string{tables.Bindings, tables.Sessions, tables.Users, tables.Ephemeral} {
				pages := dynamodb.NewScanPaginator(client, &dynamodb.ScanInput{TableName: &table})
				for pages.HasMorePages() {
					page, err := pages.NextPage(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					for _, item := range page.Items {
						all[table] = append(all[table], textsIn(&types.AttributeValueMemberM{Value: item})...)
					}
				}
			}
			return all
		}}
	},
	"SQLite": func(t *testing.T) shelf {
		path := filepath.Join(t.TempDir(), "wxbind.db")
		store, err := sqlitestore.Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = store.Close() })
		return shelf{store, func(t *testing.T) map[string][]string { return dumpSQLite(t, path) }}
	},
}

// textsIn returns every text in an attribute, including the keys of a map.
func textsIn(v types.AttributeValue) (all []string) {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return []string{v.Value}
	case *types.AttributeValueMemberB:
		return []string{string(v.Value)}
	case *types.AttributeValueMemberSS:
		return v.Value
	case *types.AttributeValueMemberL:
		for _, in := range v.Value {
			all = append(all, textsIn(in)...)
		}
	case *types.AttributeValueMemberM:
		for name, in := range v.Value {
			all = append(append(all, name), textsIn(in)...)
		}
	case *types.AttributeValueMemberN, *types.AttributeValueMemberBOOL:
	default:
		panic(fmt.Sprintf("no Store writes a %T", v))
	}
	return all
}

// dumpSQLite reads every table in the file, whatever its name.
func dumpSQLite(t *testing.T, path string) map[string][]string {
	t.Helper()
	db, err := sql.Open("sqlite", path+"?_pragma=query_only(1)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	read := func(query string, row func(columns []any)) {
		rows, err := db.QueryContext(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		names, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			columns, into := make([]any, len(names)), make([]any, len(names))
			for i := range columns {
				into[i] = &columns[i]
			}
			if err := rows.Scan(into...); err != nil {
				t.Fatal(err)
			}
			row(columns)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	var tables []string
	read(`SELECT name FROM sqlite_schema WHERE type = 'table'`, func(columns []any) { tables = append(tables, columns[0].(string)) })
	all := map[string][]string{}
	for _, table := range tables {
		read(`SELECT * FROM "`+table+`"`, func(columns []any) {
			for _, value := range columns {
				all[table] = append(all[table], fmt.Sprintf("%s", value))
			}
		})
	}
	return all
}

// naming returns the tables in which something names the person: in clear, as in a
// token, in hex or in base64.
func naming(all map[string][]string, person ...string) map[string]string {
	found := map[string]string{}
	for table, values := range all {
		for _, value := range values {
			for _, name := range person {
				for _, form := range []string{name, hex.EncodeToString([]byte(name)), base64.RawURLEncoding.EncodeToString([]byte(name)), base64.RawStdEncoding.EncodeToString([]byte(name))} {
					if strings.Contains(strings.ToLower(value), strings.ToLower(form)) {
						found[table] = fmt.Sprintf("%q", value)
					}
				}
			}
		}
	}
	return found
}

// late is a store in which logins and visits write only after the user has been deleted.
type late struct {
	login.Store
	reached sync.WaitGroup
	deleted chan struct{}
}

func (l *late) wait() {
	l.reached.Done()
	<-l.deleted
}

// Enter reads the user at once, as a store may that reads beside its write.
func (l *late) Enter(ctx context.Context, o login.Opening) (login.Opened, error) {
	user, err := l.UserByID(ctx, o.Session.UserID)
	l.wait()
	if err != nil {
		return login.Opened{}, err
	}
	opened, err := l.Store.Enter(ctx, o)
	if errors.Is(err, login.ErrUserNotFound) {
		return login.Opened{Session: o.Session, User: user}, nil
	}
	return opened, err
}

func (l *late) Bind(ctx context.Context, b login.Binding, s login.Session) (login.Binding, error) {
	l.wait()
	return l.Store.Bind(ctx, b, s)
}

func (l *late) ExtendSession(ctx context.Context, read login.Session, seenAt, idleEnd time.Time) error {
	l.wait()
	return l.Store.ExtendSession(ctx, read, seenAt, idleEnd)
}

func (l *late) DeleteUser(ctx context.Context, u login.User) error {
	defer close(l.deleted)
	return l.Store.DeleteUser(ctx, u)
}

// After a deletion, once all requests in progress have ended, nothing in any table names
// the user, neither lasting items nor short-lived records.
func TestNoTableNamesADeletedUser(t *testing.T) {
	for name, open := range shelves {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shelf := open(t)
			w := newWorld(t, shelf.store)
			user := login.User{
				ID: "id-of-the-forgotten", Username: "name-of-the-forgotten", Name: "Person Forgotten",
				Phone: login.Phone{Number: "+8613800138000", Index: "index-of-the-number-of-the-forgotten", VerifiedAt: time.Now()},
			}
			w.addUser(t, user)
			s := login.New(w.config)
			phone := login.Caller{Address: "192.0.2.77", Device: "iPhone"}
			ctx := t.Context()
			bind := func(code string, typed login.Hidden) (*login.Login, error) {
				return s.Bind(ctx, phone, login.BindRequest{Code: code, Username: user.Username, Password: typed})
			}

			// A life that leaves something in every table.
			if _, err := bind("forgotten-1", "wrong"); !errors.Is(err, login.InvalidCredentials) {
				t.Fatal(err)
			}
			if _, err := bind("forgotten-2", events.Password); err != nil {
				t.Fatal(err)
			}
			who, err := s.Code2Session(ctx, phone, "forgotten-3")
			if err != nil || who.OpenID == "" || who.UnionID == "" {
				t.Fatalf("%+v, %v", who, err)
			}
			visitor := func(code string) login.Visitor {
				checked, err := s.Check(ctx, phone, code)
				if err != nil || checked.Login == nil {
					t.Fatalf("%+v, %v", checked, err)
				}
				v, err := s.Verify(ctx, checked.Login.Token)
				if err != nil {
					t.Fatal(err)
				}
				return v
			}
			if err := s.Unbind(ctx, phone, visitor("forgotten-4"), true, "forgotten-5"); err != nil {
				t.Fatal(err)
			}
			bound, err := bind("forgotten-6", events.Password)
			if err != nil {
				t.Fatal(err)
			}
			binding, err := shelf.store.BindingByOpenID(ctx, events.AppID, who.OpenID)
			if err != nil {
				t.Fatal(err)
			}
			if err := shelf.store.NoteUnion(ctx, binding, "index-of-the-unionid-of-the-forgotten"); err != nil {
				t.Fatal(err)
			}
			if err := s.Logout(ctx, visitor("forgotten-7"), false); err != nil {
				t.Fatal(err)
			}
			leaving := visitor("forgotten-8")

			person := []string{
				user.ID, user.Username, user.Name, who.OpenID, who.UnionID, user.Phone.Number, user.Phone.Index, "index-of-the-unionid-of-the-forgotten",
			}
			if before := naming(shelf.dump(t), person...); len(before) < 3 {
				t.Fatalf("before, only %v name the user", before)
			}

			// Of what is under way, the writes come when the user is already gone.
			slow := &late{Store: shelf.store, deleted: make(chan struct{})}
			config := w.config
			config.Store = slow
			config.Now = func() time.Time { return time.Now().Add(24 * time.Hour) } // so that a visit is written down
			s = login.New(config)
			var wg sync.WaitGroup
			slow.reached.Add(3)
			wg.Go(func() { _, _ = s.Check(ctx, phone, "forgotten-9") }) // whatever they answer
			wg.Go(func() { _, _ = bind("forgotten-10", events.Password) })
			wg.Go(func() { _, _ = s.Verify(ctx, bound.Token) })
			slow.reached.Wait()
			time.Sleep(100 * time.Millisecond) // the user is read
			err = s.Delete(ctx, phone, leaving, "forgotten-11")
			wg.Wait()
			if err != nil {
				t.Fatal(err)
			}

			after := shelf.dump(t)
			if left := naming(after, person...); len(left) != 0 {
				t.Errorf("named in %v", left)
			}
			records := 0
			for table, values := range after {
				if strings.HasSuffix(table, "records") || strings.Contains(strings.ToLower(table), "ephemeral") {
					records += len(values)
				}
			}
			if records == 0 {
				t.Error("there are no short-lived records to look at")
			}
		})
	}
}
