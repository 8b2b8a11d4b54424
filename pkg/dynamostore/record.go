package dynamostore

import (
	"context"
	"errors"

	"github.com/wxbind/wxbind/pkg/login"
)

func recordKey(name string) item { return item{keyAttribute: text(name)} }

func recordItem(name string, rec login.Record) item {
	it := recordKey(name)
	it["version"] = text(rec.Version)
	it["value"] = bytes(rec.Value)
	it["expiresAt"] = millis(rec.ExpiresAt)
	it[ttlAttribute] = seconds(rec.ExpiresAt)
	return it
}

func recordOf(it item) (login.Record, error) {
	r := &reader{noun: "Ephemeral", item: it}
	rec := login.Record{
		Version:   r.text("version"),
		Value:     r.bytes("value"),
		ExpiresAt: r.time("expiresAt"),
	}
	return rec, r.err()
}

// LoadRecord implements login.Ephemeral.
func (s *Store) LoadRecord(ctx context.Context, name string) (login.Record, error) {
	it, err := s.get(ctx, "LoadRecord", s.tables.Ephemeral, recordKey(name))
	switch {
	case err != nil:
		return login.Record{}, err
	case it == nil:
		return login.Record{}, login.ErrRecordNotFound
	}
	return recordOf(it)
}

// StoreRecord implements login.Ephemeral.
func (s *Store) StoreRecord(ctx context.Context, name string, rec login.Record) error {
	return s.put(ctx, "StoreRecord", s.tables.Ephemeral, recordItem(name, rec), "", nil)
}

// SwapRecord implements login.Ephemeral. On success it returns rec. A repeat of a write that succeeded finds its own
// version.
func (s *Store) SwapRecord(ctx context.Context, name, old string, rec login.Record) (login.Record, error) {
	condition, values := "version = :old", item{":old": text(old)}
	if old == "" {
		condition, values = "attribute_not_exists(pk)", nil
	}
	err := s.put(ctx, "SwapRecord", s.tables.Ephemeral, recordItem(name, rec), condition, values)
	if err == nil {
		return rec, nil
	}
	no, ok := errors.AsType[*refused](err)
	switch {
	case !ok:
		return login.Record{}, err
	case no.items[0].stored == nil:
		return login.Record{}, login.ErrRecordChanged
	}
	stored, err := recordOf(no.items[0].stored)
	switch {
	case err != nil:
		return login.Record{}, err
	case stored.Version != rec.Version:
		return stored, login.ErrRecordChanged
	}
	return rec, nil
}
