package main

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/secrets"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
)

// openData opens the store and the seal key in a folder, and creates both if neither exists: first the store, then the
// key, and only then users. So a start that is killed in between is made good by the next one, a key without a store
// means that the store was lost, and a store with users but without a key that the key was lost.
func openData(ctx context.Context, folder string) (*sqlitestore.Store, login.SealKey, error) {
	if err := errors.Join(refuseNetwork(folder), refuseLostStore(folder)); err != nil {
		return nil, login.SealKey{}, err
	}
	store, err := sqlitestore.Open(ctx, databaseIn(folder))
	if err != nil {
		return nil, login.SealKey{}, explainAccess(err)
	}
	key, err := openSealKey(ctx, store, folder)
	if err != nil {
		return nil, login.SealKey{}, errors.Join(err, store.Close()) //nolint:contextcheck // closing has a time of its own
	}
	return store, key, nil
}

// lockData makes a folder, for its owner only, unless it exists, and locks it: see lockFolder.
func lockData(folder string, alone bool) (unlock func(), err error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	return lockFolder(folder, alone)
}

// refuseNetwork refuses a folder on a network file system, where SQLite's log corrupts the database or loses writes.
func refuseNetwork(folder string) error {
	name, err := networkFileSystem(folder)
	if err == nil && name != "" {
		err = errorf("%s is on %s, and SQLite is not safe on a network file system: use a folder on a disk of this machine", folder, name)
	}
	return err
}

// networkFileSystem is a variable for the tests, which mount nothing.
var networkFileSystem = sqlitestore.NetworkFileSystem

// refuseLostStore refuses a folder whose database is gone or empty. It looks for the key first: another process that
// starts at the same time makes the database before the key.
func refuseLostStore(folder string) error {
	if _, err := os.Stat(sealKeyIn(folder)); err != nil {
		return nil //nolint:nilerr // without a key the folder is new, or openSealKey says what is wrong
	}
	info, err := os.Stat(databaseIn(folder))
	what := textf("is empty")
	switch {
	case errors.Is(err, fs.ErrNotExist):
		what = textf("is missing")
	case err != nil || info.Size() > 0:
		return err
	}
	return errorf("%s %s, but %s shows that this folder had a store: `wxbind restore` brings it back from a backup, into another folder; "+
		"to begin without its data, move %s away", databaseIn(folder), what, sealKeyIn(folder), sealKeyIn(folder))
}

// openSealKey reads the seal key, and makes one for a store that nobody has used. It looks at the store first: a process
// that starts at the same time makes the key before it adds a user.
func openSealKey(ctx context.Context, store *sqlitestore.Store, folder string) (login.SealKey, error) {
	used, err := store.Used(ctx)
	if err != nil {
		return login.SealKey{}, err
	}
	if _, err := os.Stat(sealKeyIn(folder)); used && errors.Is(err, fs.ErrNotExist) {
		return login.SealKey{}, errorf("%s is missing, and without it the sealed data in %s cannot be read: put it back",
			sealKeyIn(folder), databaseIn(folder))
	}
	key, err := secrets.SealKeyFile(sealKeyIn(folder))
	if err != nil {
		return login.SealKey{}, err
	}
	return key, secrets.RemoveUnfinishedSealKeys(sealKeyIn(folder))
}

// explainAccess says what to do about a database that this user may not use.
func explainAccess(err error) error {
	if errors.Is(err, sqlitestore.ErrAccess) {
		return errorf("%w: run this as the owner, and let the owner read and write the folder and its files (chmod u+rw)", err)
	}
	return err
}
