package dynamostore

import (
	"context"
	"errors"

	"github.com/wxbind/wxbind/pkg/login"
)

// bindingKey is appid#openid. An appid contains only [A-Za-z0-9_-], so the first # ends it.
func bindingKey(appID, openID string) item {
	return item{keyAttribute: text(appID + "#" + openID)}
}

func bindingItem(b login.Binding) item {
	it := bindingKey(b.AppID, b.OpenID)
	it["bindingId"] = text(b.ID)
	it["appId"] = text(b.AppID)
	it["openId"] = text(b.OpenID)
	it["unionId"] = text(b.UnionID)
	it["userId"] = text(b.UserID)
	it["epoch"] = text(b.Epoch)
	it["sealedKey"] = text(b.SealedKey)
	it["boundAt"] = millis(b.BoundAt)
	it["lastLoginAt"] = millis(b.LastLoginAt)
	return it
}

func bindingOf(it item) (login.Binding, error) {
	r := &reader{noun: "Bindings", item: it}
	b := login.Binding{
		ID:          r.text("bindingId"),
		AppID:       r.text("appId"),
		OpenID:      r.text("openId"),
		UnionID:     r.text("unionId"),
		UserID:      r.text("userId"),
		SealedKey:   r.text("sealedKey"),
		BoundAt:     r.time("boundAt"),
		LastLoginAt: r.time("lastLoginAt"),
	}
	b.Epoch, _ = r.added("epoch")
	return b, r.err()
}

// TouchBinding implements login.Bindings.
func (s *Store) TouchBinding(ctx context.Context, t login.Touch) (login.Binding, error) {
	change := "SET lastLoginAt = :at, sealedKey = :key"
	values := item{":at": millis(t.At), ":key": text(t.SealedKey)}
	if t.UnionID != "" {
		change += ", unionId = :union"
		values[":union"] = text(t.UnionID)
	}
	it, err := s.update(ctx, "TouchBinding", s.tables.Bindings, bindingKey(t.AppID, t.OpenID), expression{
		change: change, condition: "attribute_exists(pk) AND lastLoginAt <= :at", values: values,
	})
	if no, ok := errors.AsType[*refused](err); ok {
		if it = no.items[0].stored; it == nil {
			return login.Binding{}, login.ErrBindingNotFound
		}
		return bindingOf(it) // a newer login has touched it
	}
	if err != nil {
		return login.Binding{}, err
	}
	return bindingOf(it)
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
	return bindingOf(it)
}
