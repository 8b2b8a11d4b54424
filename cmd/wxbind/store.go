package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/password"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
	"github.com/wxbind/wxbind/pkg/username"
)

// store is what the commands need of either store.
type store interface {
	login.Users
	login.UserAdmin
	login.Roster
	login.Bindings
	login.Sessions
	login.HashKinds
}

// storeFlags choose the store that a command works on.
type storeFlags struct {
	Data  string `help:"The folder of the embedded store; .wxbind if not given." placeholder:"DIR" xor:"store"`
	Stack string `help:"The deployed stack to work on instead; uses the AWS CLI's credentials and region." placeholder:"NAME" xor:"store"`
}

// open gives the accounts of the chosen store, and what closes it.
func (f storeFlags) open(ctx context.Context) (*login.Accounts, func() error, error) {
	if f.Stack != "" {
		s, err := openStack(ctx, f.Stack, findTime)
		if err != nil {
			return nil, nil, err
		}
		return accountsOf(s), func() error { return nil }, nil
	}
	folder := cmp.Or(f.Data, defaultData)
	// Only serve makes a store: a mistyped folder must not become one.
	if _, err := os.Stat(databaseIn(folder)); err != nil {
		return nil, nil, fmt.Errorf("there is no store in %s; `wxbind serve --data %s` makes one", folder, folder)
	}
	s, err := sqlitestore.Open(ctx, databaseIn(folder))
	if err != nil {
		return nil, nil, err
	}
	return accountsOf(s), s.Close, nil
}

// defaultData is where the embedded store is if no flag says so.
const defaultData = ".wxbind"

func databaseIn(folder string) string { return filepath.Join(folder, "wxbind.db") }

func accountsOf(s store) *login.Accounts {
	return &login.Accounts{
		Users: s, Admin: s, Roster: s, Bindings: s, Sessions: s, HashKinds: s,
		Hasher: password.New(password.Config{}), Username: username.Fold,
	}
}

// with runs do on the accounts of the chosen store.
func (f storeFlags) with(ctx context.Context, do func(*login.Accounts) error) error {
	accounts, closeStore, err := f.open(ctx)
	if err != nil {
		return err
	}
	if err := do(accounts); err != nil {
		closeStore() //nolint:errcheck // the first error tells more
		return explain(err)
	}
	return closeStore()
}
