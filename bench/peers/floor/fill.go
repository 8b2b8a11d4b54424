package main

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"

	"github.com/wxbind/wxbind/bench/people"
)

//go:embed schema.sql
var schema string

// fill makes the tables, and that many people who are bound.
func fill(ctx context.Context, db *sql.DB, n int) error {
	var filled bool
	if err := db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM sqlite_schema)`).Scan(&filled); err != nil || filled {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // no effect after a commit
	if _, err := tx.ExecContext(ctx, schema); err != nil {
		return err
	}
	user, err := tx.PrepareContext(ctx, `INSERT INTO users VALUES (?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	defer user.Close()
	binding, err := tx.PrepareContext(ctx, `INSERT INTO bindings VALUES (?, ?, '', 0)`)
	if err != nil {
		return err
	}
	defer binding.Close()
	for person := range n {
		id := fmt.Sprintf("%032x", person)
		if _, err := user.ExecContext(ctx, id, people.Username(person), people.Name(person), `["`+people.Role+`"]`); err != nil {
			return err
		}
		if _, err := binding.ExecContext(ctx, people.OpenID(person), id); err != nil {
			return err
		}
	}
	return tx.Commit()
}
