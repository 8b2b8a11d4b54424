package dynamostore

import (
	"context"
	"errors"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

// bindingKey is appid#openid. An appid contains only [A-Za-z0-9_-], so the first # ends it.
func bindingKey(appID, openID string) item {
	return item{keyAttribute: text(appID + "#" + openID)}
}

func bindingItem(b login.Binding) item {
	it := bindingKey(b.AppID, b.OpenID)
	it["bindingId"] = text(b.ID)
	it["unionId"] = text(b.UnionID)
	it["userId"] = text(b.UserID)
	it["epoch"] = text(b.Epoch)
	it["sealedKey"] = text(b.SealedKey)
	it["boundAt"] = millis(b.BoundAt)
	it["lastLoginAt"] = millis(b.LastLoginAt)
	it[marksAttribute] = packedAll(b.Sessions)
	if b.Index != "" {
		it[indexAttribute] = packedIndex(b.Index)
	}
	if b.Union != "" {
		it[unionAttribute] = packedIndex(b.Union)
	}
	return it
}

// bindingOf reads all of a binding but its marks.
func bindingOf(it item) (login.Binding, error) {
	r := &reader{noun: "Bindings", item: it}
	return r.binding(), r.err()
}

// markedBindingOf reads a binding with the marks of its sessions.
func markedBindingOf(it item) (login.Binding, error) {
	r := &reader{noun: "Bindings", item: it}
	b := r.binding()
	b.Sessions = r.marks()
	return b, r.err()
}

func (r *reader) binding() login.Binding {
	b := login.Binding{
		ID:          r.text("bindingId"),
		UnionID:     r.text("unionId"),
		UserID:      r.text("userId"),
		SealedKey:   r.text("sealedKey"),
		BoundAt:     r.time("boundAt"),
		LastLoginAt: r.time("lastLoginAt"),
	}
	b.AppID, b.OpenID, _ = strings.Cut(r.text(keyAttribute), "#")
	b.Epoch, _ = r.added("epoch")
	b.Index, b.Union = r.index(indexAttribute), r.index(unionAttribute)
	return b
}

// TouchBinding implements login.Bindings.
func (s *Store) TouchBinding(ctx context.Context, t login.Touch) (login.Binding, error) {
	return s.touch(ctx, "TouchBinding", t, "")
}

// touch does what t says to a binding that has this ID, "" for any. It is one write, unless something of it is done
// already or comes too late: then the rest is another.
//
// Errors: ErrBindingNotFound.
func (s *Store) touch(ctx context.Context, name string, t login.Touch, id string) (login.Binding, error) {
	newest, unmarked := true, t.Opened.TokenHash != ""
	for {
		it, err := s.update(ctx, name, s.tables.Bindings, bindingKey(t.AppID, t.OpenID), touching(t, id, newest, unmarked))
		no, ok := errors.AsType[*refused](err)
		switch {
		case err == nil:
			return bindingOf(it)
		case !ok:
			return login.Binding{}, err
		case no.items[0].stored == nil:
			return login.Binding{}, login.ErrBindingNotFound
		}
		b, err := markedBindingOf(no.items[0].stored)
		switch {
		case err != nil:
			return login.Binding{}, err
		case id != "" && b.ID != id:
			return login.Binding{}, login.ErrBindingNotFound
		}
		age := b.LastLoginAt.UnixMilli() - t.At.UnixMilli()
		unmarked = unmarked && !marksSession(b, t.Opened.TokenHash)
		newest = newest && (age < 0 || age == 0 && unmarked)
		if !newest && !unmarked { // a newer login has touched it, or this very write
			b.Sessions = nil
			return b, nil
		}
	}
}

// touching is the update of a touch: as the newest, as one that marks a session, or both.
func touching(t login.Touch, id string, newest, unmarked bool) expression {
	e := expression{condition: "attribute_exists(pk)", values: item{}}
	var set []string
	if id != "" {
		e.condition += " AND bindingId = :id"
		e.values[":id"] = text(id)
	}
	if newest {
		e.condition += " AND lastLoginAt <= :at"
		set = append(set, "lastLoginAt = :at", "sealedKey = :key")
		e.values[":at"], e.values[":key"] = millis(t.At), text(t.SealedKey)
		if t.UnionID != "" {
			set = append(set, "unionId = :union")
			e.values[":union"] = text(t.UnionID)
		}
	}
	if unmarked {
		live, ended := t.Opened, t.Opened
		live.Ended, ended.Ended = false, true
		e.condition += " AND NOT contains(marks, :live) AND NOT contains(marks, :ended)"
		set = append(set, "marks = list_append(if_not_exists(marks, :none), :opened)")
		e.values[":live"], e.values[":ended"] = packed(live), packed(ended)
		e.values[":none"], e.values[":opened"] = packedAll(nil), packedAll([]login.SessionMark{t.Opened})
	}
	e.change = "SET " + strings.Join(set, ", ")
	return e
}

// NoteEpoch implements login.Bindings. A repeat may store an epoch that is no longer the newest, which only costs the next
// login a round trip.
func (s *Store) NoteEpoch(ctx context.Context, b login.Binding, epoch string) error {
	_, err := s.update(ctx, "NoteEpoch", s.tables.Bindings, bindingKey(b.AppID, b.OpenID), expression{
		change:    "SET epoch = :epoch",
		condition: "bindingId = :id AND userId = :user",
		values:    item{":epoch": text(epoch), ":id": text(b.ID), ":user": text(b.UserID)},
	})
	if _, ok := errors.AsType[*refused](err); ok {
		return login.ErrBindingNotFound
	}
	return err
}

// BindingByOpenID implements login.Bindings.
func (s *Store) BindingByOpenID(ctx context.Context, appID, openID string) (login.Binding, error) {
	it, err := s.get(ctx, "BindingByOpenID", s.tables.Bindings, bindingKey(appID, openID))
	switch {
	case err != nil:
		return login.Binding{}, err
	case it == nil:
		return login.Binding{}, login.ErrBindingNotFound
	}
	return markedBindingOf(it)
}
