package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"os/user"
	"path/filepath"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/doctor"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/password"
	"github.com/wxbind/wxbind/pkg/passwordpolicy"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
	"github.com/wxbind/wxbind/pkg/username"
)

// storeFlags choose the store that a command works on.
type storeFlags struct {
	Data  string `help:"The folder of the embedded store (default ${data})." placeholder:"DIR" xor:"store" type:"given"`
	Stack string `help:"The deployed stack to work on instead; uses the AWS CLI's credentials and region." placeholder:"NAME" xor:"store" type:"given"`
}

// open returns an administrator of the chosen store, and a function that closes it.
func (f storeFlags) open(ctx context.Context) (*admin.Service, func() error, error) {
	if f.Stack != "" {
		s, err := openStack(ctx, f.Stack, findTime)
		if err != nil {
			return nil, nil, err
		}
		return adminOf(s), func() error { return nil }, nil
	}
	folder := cmp.Or(f.Data, defaultData)
	if err := thereIsAStore(folder); err != nil {
		return nil, nil, err
	}
	s, err := sqlitestore.Open(ctx, databaseIn(folder))
	if err != nil {
		return nil, nil, explainAccess(err)
	}
	return adminOf(s), s.Close, nil
}

// defaultData is the folder of the embedded store if no flag names one.
const defaultData = ".wxbind"

// thereIsAStore refuses a folder without a store. Only serve creates one: a mistyped folder, or an empty file, must not
// become one.
func thereIsAStore(folder string) error {
	info, err := os.Stat(databaseIn(folder))
	if errors.Is(err, fs.ErrPermission) {
		return err
	}
	if err != nil || info.Size() == 0 {
		return cmp.Or(refuseLostStore(folder), errorf("there is no store in %s; `wxbind serve --data %s` makes one", folder, folder))
	}
	return nil
}

func databaseIn(folder string) string { return filepath.Join(folder, databaseName) }

func adminOf(s login.AdminStore) *admin.Service {
	return &admin.Service{
		Store: s, Hasher: password.New(password.Config{}), MaxHashKinds: password.MaxKinds,
		Username: username.Fold, PasswordPolicy: passwordpolicy.Check,
	}
}

// administrator works on the chosen store. It adds to the audit log what only the command knows.
type administrator struct {
	*admin.Service
	said []slog.Attr
}

// with runs do on the chosen store, and writes what it did to whom to the audit.
func (f storeFlags) with(ctx context.Context, t console, do func(context.Context, *administrator) error) error {
	opened, closeStore, err := f.open(ctx)
	if err != nil {
		return err
	}
	opened.Secret = f.secret
	var trail login.Trail
	a := &administrator{Service: opened, said: []slog.Attr{slog.String("by", whoRuns())}}
	err = do(login.WithTrail(ctx, &trail), a)
	t.audit(ctx, &trail, a.said...)
	if err != nil {
		closeStore() //nolint:errcheck // the first error says more
		return explain(err)
	}
	return closeStore()
}

// secret reads the operator's secret, whose index key users are found by: the stack's, or the one that serve would read with
// this environment.
func (f storeFlags) secret(ctx context.Context) (*login.Secret, error) {
	if f.Stack != "" {
		v, err := secretFlags{f}.vault(ctx)
		if err != nil {
			return nil, err
		}
		secret, err := v.Secret(ctx)
		if err != nil {
			return nil, errorf("the index key, by which users are found, cannot be read: %w", err)
		}
		return secret, nil
	}
	key, err := doctor.SealKeyIn(sealKeyIn(cmp.Or(f.Data, defaultData)))
	if err != nil {
		return nil, errorf("users are found by a key that is made of the seal key: %w", err)
	}
	own, err := ownSecretFrom(ctx, os.Getenv, "", key)
	if err != nil {
		return nil, err
	}
	return own.initial, nil
}

// whoRuns names this machine's user who runs the command.
func whoRuns() string {
	u, err := user.Current()
	if err != nil {
		return "unknown"
	}
	return u.Username
}
