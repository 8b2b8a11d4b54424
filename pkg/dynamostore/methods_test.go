package dynamostore_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"time"

	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/login"
)

// methods are all methods of the ports.
func methods() []method { return append(writes(), reads()...) }

func writes() []method {
	type store = *dynamostore.Store
	return append(admissions(), []method{
		{
			name: "TouchBinding", operation: "UpdateItem",
			do: func(ctx context.Context, s *scene, on store) error {
				got, err := on.TouchBinding(ctx, login.Touch{AppID: app, OpenID: s.binding.OpenID, SealedKey: "2.sealed", At: s.now.Add(time.Hour)})
				if err == nil && got.SealedKey != "2.sealed" {
					err = errors.New("it gives the binding as it was")
				}
				return err
			},
			done: func(s *scene) bool {
				got, err := s.store.TouchBinding(s.Context(), login.Touch{AppID: app, OpenID: s.binding.OpenID, SealedKey: "2.sealed", At: s.now.Add(time.Hour)})
				s.must(err)
				return got.UserID == s.user.ID
			},
		},
		{
			name: "TouchBinding that marks a session", operation: "UpdateItem",
			do: func(ctx context.Context, s *scene, on store) error {
				_, err := on.TouchBinding(ctx, login.Touch{
					AppID: app, OpenID: s.binding.OpenID, SealedKey: "2.sealed", At: s.now.Add(time.Hour), Opened: s.fresh.session.Mark(),
				})
				return err
			},
			done: func(s *scene) bool {
				got, err := s.store.BindingByOpenID(s.Context(), app, s.binding.OpenID)
				s.must(err)
				return got.SealedKey == "2.sealed" && len(got.Sessions) == 1 && got.Sessions[0].TokenHash == s.fresh.session.TokenHash
			},
		},
		{
			name: "Bind", operation: "TransactWriteItems",
			prepare: func(s *scene) { s.must(s.store.AddUser(s.Context(), s.fresh.user, passwordOf(s.fresh.user))) },
			do: func(ctx context.Context, s *scene, on store) error {
				got, err := on.Bind(ctx, s.fresh.binding, s.fresh.session)
				if err == nil && !reflect.DeepEqual(got, s.fresh.binding) {
					err = errors.New("it gives another binding")
				}
				return err
			},
			done: func(s *scene) bool {
				return s.userNow(s.fresh.user.ID).Apps[app].BindingID == s.fresh.binding.ID && s.dead(s.fresh.session) == ""
			},
		},
		{
			name: "Unbind", operation: "TransactWriteItems",
			do: func(ctx context.Context, s *scene, on store) error { return on.Unbind(ctx, s.binding, false) },
			done: func(s *scene) bool {
				_, err := s.bindingNow()
				return errors.Is(err, login.ErrBindingNotFound) && len(s.userNow(s.user.ID).Apps) == 0 && s.removedBefore(s.binding)
			},
		},
		{
			name: "Unbind of one of two", operation: "TransactWriteItems",
			prepare: func(s *scene) { s.bindElsewhere() },
			do:      func(ctx context.Context, s *scene, on store) error { return on.Unbind(ctx, s.binding, true) },
			done: func(s *scene) bool {
				_, err := s.bindingNow()
				return errors.Is(err, login.ErrBindingNotFound) && len(s.userNow(s.user.ID).Apps) == 1
			},
		},
		{
			name: "CreateSession", operation: "PutItem",
			prepare: func(s *scene) { s.fresh.session = s.newSession(s.binding) },
			do: func(ctx context.Context, s *scene, on store) error {
				_, err := on.CreateSession(ctx, s.fresh.session)
				return err
			},
			done: func(s *scene) bool { return s.dead(s.fresh.session) == "" },
		},
		{
			name: "NoteEpoch", operation: "UpdateItem",
			do: func(ctx context.Context, s *scene, on store) error { return on.NoteEpoch(ctx, s.binding, "epoch-2") },
			done: func(s *scene) bool {
				b, err := s.bindingNow()
				s.must(err)
				return b.Epoch == "epoch-2"
			},
		},
		{
			name: "EndSession", operation: "UpdateItem",
			do: func(ctx context.Context, s *scene, on store) error {
				return on.EndSession(ctx, s.user.ID, s.session.TokenHash, login.SessionReplaced)
			},
			done: func(s *scene) bool { return s.dead(s.session) == login.SessionReplaced },
		},
		{
			name: "EndSession that is revoked", operation: "TransactWriteItems",
			do: func(ctx context.Context, s *scene, on store) error {
				return on.EndSession(ctx, s.user.ID, s.session.TokenHash, login.SessionRevoked)
			},
			done: func(s *scene) bool { return s.dead(s.session) == login.SessionRevoked },
		},
		{
			name: "Withdraw", first: "GetItem", operation: "TransactWriteItems",
			prepare: (*scene).give,
			do:      func(ctx context.Context, s *scene, on store) error { return on.Withdraw(ctx, s.withdrawal()) },
			done: func(s *scene) bool {
				u, w := s.userNow(s.user.ID), s.withdrawal()
				stored, err := s.store.LoadRecord(s.Context(), w.Name)
				return err == nil && stored.Version == w.Record.Version && u.Name == "" && u.Avatar == "" && u.Phone == login.Phone{}
			},
		},
		{
			name: "Delivered", first: "GetItem", operation: "UpdateItem",
			do: func(ctx context.Context, s *scene, on store) error {
				return on.Delivered(ctx, s.user.ID, s.noticesNow()[0].Number, s.now)
			},
			done: func(s *scene) bool { return len(s.noticesNow()) == 0 },
		},
		{
			name: "ForgetSession", operation: "DeleteItem",
			do: func(ctx context.Context, s *scene, on store) error {
				return on.ForgetSession(ctx, s.user.ID, s.session.TokenHash)
			},
			done: func(s *scene) bool {
				_, _, err := s.store.SessionWithUser(s.Context(), s.user.ID, s.session.TokenHash)
				return errors.Is(err, login.ErrSessionNotFound)
			},
		},
		{
			name: "ExtendSession", operation: "UpdateItem",
			do: func(ctx context.Context, s *scene, on store) error {
				return on.ExtendSession(ctx, s.session, s.now.Add(time.Hour), s.now.Add(2*time.Hour))
			},
			done: func(s *scene) bool {
				stored, _, err := s.store.SessionWithUser(s.Context(), s.user.ID, s.session.TokenHash)
				s.must(err)
				return stored.SeenAt.Equal(s.now.Add(time.Hour)) && stored.IdleEnd.Equal(s.now.Add(2*time.Hour))
			},
		},
		{
			name: "AddUser", operation: "TransactWriteItems",
			do: func(ctx context.Context, s *scene, on store) error {
				return on.AddUser(ctx, s.fresh.user, passwordOf(s.fresh.user))
			},
			done: func(s *scene) bool {
				id, err := s.store.UserIDByName(s.Context(), s.fresh.user.Username)
				return err == nil && reflect.DeepEqual(s.userNow(id), s.fresh.user) && s.passwordNow(id) == passwordOf(s.fresh.user)
			},
		},
		{
			name: "ReplacePassword", operation: "TransactWriteItems",
			do: func(ctx context.Context, s *scene, on store) error {
				return on.ReplacePassword(ctx, s.user.ID, s.user.PasswordID, login.Password{ID: "second", Hash: "hash-2"}, "epoch-2")
			},
			done: func(s *scene) bool {
				u := s.userNow(s.user.ID)
				return u.PasswordID == "second" && u.Epoch == "epoch-2" && s.passwordNow(s.user.ID) == login.Password{ID: "second", Hash: "hash-2"}
			},
		},
		{
			name: "RenewHash", operation: "UpdateItem",
			do: func(ctx context.Context, s *scene, on store) error {
				return on.RenewHash(ctx, s.user.ID, private, "hash-2")
			},
			done: func(s *scene) bool {
				return s.userNow(s.user.ID).Epoch == s.user.Epoch && s.passwordNow(s.user.ID) == login.Password{ID: s.user.PasswordID, Hash: "hash-2"}
			},
		},
		{
			name: "DisableUser", operation: "TransactWriteItems",
			do:   func(ctx context.Context, s *scene, on store) error { return on.DisableUser(ctx, s.user.ID, "epoch-2") },
			done: func(s *scene) bool { u := s.userNow(s.user.ID); return u.Disabled && u.Epoch == "epoch-2" },
		},
		{
			name: "ChangeUser", operation: "TransactWriteItems",
			do: func(ctx context.Context, s *scene, on store) error {
				return on.ChangeUser(ctx, s.user.ID, login.UserChange{
					Name: new("Another"), Avatar: new("https://example.com/a.png"), Roles: &[]string{"other"}, Given: login.Given{AppID: app, At: s.now},
				})
			},
			done: func(s *scene) bool {
				u := s.userNow(s.user.ID)
				return u.Name == "Another" && u.Avatar == "https://example.com/a.png" && u.NameGiven == u.AvatarGiven &&
					u.NameGiven == login.Given{AppID: app, At: s.now} && reflect.DeepEqual(u.Roles, []string{"other"})
			},
		},
		{
			name: "DeleteRole", operation: "TransactWriteItems",
			do: func(ctx context.Context, s *scene, on store) error { return on.DeleteRole(ctx, s.role.Name) },
			done: func(s *scene) bool {
				menus, err := s.store.MenusByRole(s.Context(), []string{s.role.Name})
				s.must(err)
				return len(menus) == 0
			},
		},
		{
			name: "EnableUser", operation: "TransactWriteItems",
			prepare: func(s *scene) { s.must(s.store.DisableUser(s.Context(), s.user.ID, "epoch-2")) },
			do:      func(ctx context.Context, s *scene, on store) error { return on.EnableUser(ctx, s.user.ID) },
			done:    func(s *scene) bool { return !s.userNow(s.user.ID).Disabled },
		},
		{
			name: "LogoutUser", operation: "TransactWriteItems",
			do:   func(ctx context.Context, s *scene, on store) error { return on.LogoutUser(ctx, s.user.ID, "epoch-2") },
			done: func(s *scene) bool { return s.userNow(s.user.ID).Epoch == "epoch-2" },
		},
		{
			name: "DeleteUser", operation: "TransactWriteItems",
			prepare: func(s *scene) { s.bindElsewhere(); s.user = s.userNow(s.user.ID) },
			do:      func(ctx context.Context, s *scene, on store) error { return on.DeleteUser(ctx, s.user) },
			done: func(s *scene) bool {
				_, byID := s.store.UserByID(s.Context(), s.user.ID)
				_, byName := s.store.UserIDByName(s.Context(), s.user.Username)
				_, binding := s.bindingNow()
				for _, key := range []string{"password#" + s.user.ID, "phone#" + s.user.Phone.Index, "union#" + s.binding.Union} {
					if !s.gone(s.tables.Users, pk(key)) {
						return false
					}
				}
				return s.removedBefore(s.binding) && errors.Is(byID, login.ErrUserNotFound) && errors.Is(byName, login.ErrUserNotFound) &&
					errors.Is(binding, login.ErrBindingNotFound)
			},
		},
		{
			name: "EnrollUser", operation: "UpdateItem",
			do: func(ctx context.Context, s *scene, on store) error {
				got, err := on.EnrollUser(ctx, s.profile(s.fresh.user.ID), s.now, "epoch-2")
				if err == nil && got.ID != s.fresh.user.ID {
					err = errors.New("it gives another user")
				}
				return err
			},
			done: func(s *scene) bool { return s.userNow(s.fresh.user.ID).Name == "Described" },
		},
		{
			name: "EnrollUser who has just registered", operation: "UpdateItem",
			do: func(ctx context.Context, s *scene, on store) error {
				p := s.profile(s.fresh.user.ID)
				p.RegisteredIn = "wxapp"
				_, err := on.EnrollUser(ctx, p, s.now, "epoch-2")
				return err
			},
			done: func(s *scene) bool {
				u := s.userNow(s.fresh.user.ID)
				return u.Name == "Described" && u.RegisteredIn == "wxapp" && u.Epoch == "epoch-2"
			},
		},
		{
			name: "EnrollUser who is there", operation: "UpdateItem",
			do: func(ctx context.Context, s *scene, on store) error {
				_, err := on.EnrollUser(ctx, s.profile(s.user.ID), s.now.Add(time.Hour), "epoch-2")
				return err
			},
			done: func(s *scene) bool {
				u := s.userNow(s.user.ID)
				return u.Name == "Described" && u.CreatedAt.Equal(s.now) && u.Epoch == s.user.Epoch && len(u.Apps) == 1
			},
		},
		{
			name: "RefreshUser", operation: "UpdateItem",
			do: func(ctx context.Context, s *scene, on store) error {
				_, err := on.RefreshUser(ctx, s.profile(s.user.ID))
				return err
			},
			done: func(s *scene) bool { return s.userNow(s.user.ID).Name == "Described" },
		},
		{
			name: "RaiseEpoch", operation: "TransactWriteItems",
			do:   func(ctx context.Context, s *scene, on store) error { return on.RaiseEpoch(ctx, s.user.ID, "epoch-2") },
			done: func(s *scene) bool { return s.userNow(s.user.ID).Epoch == "epoch-2" },
		},
		{
			name: "AddHashKind", operation: "UpdateItem",
			do: func(ctx context.Context, _ *scene, on store) error { return on.AddHashKind(ctx, "bcrypt", 4) },
			done: func(s *scene) bool {
				kinds, err := s.store.HashKinds(s.Context())
				s.must(err)
				return slices.Equal(kinds, []string{"bcrypt"})
			},
		},
		{
			name: "PutRole", operation: "PutItem",
			do: func(ctx context.Context, s *scene, on store) error {
				return on.PutRole(ctx, login.Role{Name: s.role.Name, Menus: []login.Menu{{ID: "new"}}})
			},
			done: func(s *scene) bool {
				got, err := s.store.MenusByRole(s.Context(), []string{s.role.Name})
				s.must(err)
				return got[s.role.Name][0].ID == "new"
			},
		},
		{
			name: "StoreRecord", operation: "PutItem",
			do: func(ctx context.Context, s *scene, on store) error {
				return on.StoreRecord(ctx, s.record, s.newRecord("v2"))
			},
			done: func(s *scene) bool { return s.version() == "v2" },
		},
		{
			name: "SwapRecord", operation: "PutItem",
			do: func(ctx context.Context, s *scene, on store) error {
				_, err := on.SwapRecord(ctx, s.record, "v1", s.newRecord("v2"))
				return err
			},
			done: func(s *scene) bool { return s.version() == "v2" },
		},
		{
			name: "SwapRecord from nothing", operation: "PutItem",
			prepare: func(s *scene) { s.record += "-new" },
			do: func(ctx context.Context, s *scene, on store) error {
				_, err := on.SwapRecord(ctx, s.record, "", s.newRecord("v2"))
				return err
			},
			done: func(s *scene) bool { return s.version() == "v2" },
		},
	}...)
}

func reads() []method {
	type store = *dynamostore.Store
	return []method{
		{name: "OwnerOfPhone", operation: "GetItem", do: func(ctx context.Context, s *scene, on store) error {
			got, err := on.OwnerOfPhone(ctx, s.user.Phone.Index)
			if err == nil && got != (login.Owner{UserID: s.user.ID, Epoch: s.user.Epoch}) {
				err = errors.New("another user")
			}
			return err
		}},
		{name: "OwnerOfUnion", operation: "GetItem", do: func(ctx context.Context, s *scene, on store) error {
			got, err := on.OwnerOfUnion(ctx, s.binding.Union)
			if err == nil && got != (login.Owner{UserID: s.user.ID, Epoch: s.user.Epoch, KnownIn: app}) {
				err = errors.New("another user")
			}
			return err
		}},
		{name: "RemovedBefore", operation: "GetItem", do: func(ctx context.Context, s *scene, on store) error {
			removed, err := on.RemovedBefore(ctx, s.binding.Index)
			if err == nil && removed {
				err = errors.New("the binding stands")
			}
			return err
		}},
		{name: "SessionWithUser", operation: "BatchGetItem", do: func(ctx context.Context, s *scene, on store) error {
			session, user, err := on.SessionWithUser(ctx, s.user.ID, s.session.TokenHash)
			if err == nil && (session != s.session || user.ID != s.user.ID) {
				err = errors.New("another session or user")
			}
			return err
		}},
		{name: "SessionsOfUser", operation: "Query", do: func(ctx context.Context, s *scene, on store) error {
			got, err := on.SessionsOfUser(ctx, s.user.ID)
			if err == nil && !slices.Equal(got, []login.Session{s.session}) {
				err = errors.New("other sessions")
			}
			return err
		}},
		{name: "UserIDByName", operation: "GetItem", do: func(ctx context.Context, s *scene, on store) error {
			id, err := on.UserIDByName(ctx, s.user.Username)
			if err == nil && id != s.user.ID {
				err = errors.New("another user")
			}
			return err
		}},
		{name: "UserByID", operation: "GetItem", do: func(ctx context.Context, s *scene, on store) error {
			user, err := on.UserByID(ctx, s.user.ID)
			if err == nil && user.Username != s.user.Username {
				err = errors.New("another user")
			}
			return err
		}},
		{name: "UserWithPassword", operation: "BatchGetItem", do: func(ctx context.Context, s *scene, on store) error {
			user, password, err := on.UserWithPassword(ctx, s.user.ID)
			if err == nil && (user.ID != s.user.ID || password != passwordOf(s.user)) {
				err = errors.New("another user or password")
			}
			return err
		}},
		{name: "MenusByRole", operation: "BatchGetItem", do: func(ctx context.Context, s *scene, on store) error {
			got, err := on.MenusByRole(ctx, []string{s.role.Name})
			if err == nil && !reflect.DeepEqual(got, map[string][]login.Menu{s.role.Name: s.role.Menus}) {
				err = errors.New("other menus")
			}
			return err
		}},
		{name: "BindingByOpenID", operation: "GetItem", do: func(ctx context.Context, s *scene, on store) error {
			got, err := on.BindingByOpenID(ctx, app, s.binding.OpenID)
			if err == nil && !reflect.DeepEqual(got, s.binding) {
				err = errors.New("another binding")
			}
			return err
		}},
		{name: "HashKinds", operation: "GetItem", do: func(ctx context.Context, _ *scene, on store) error {
			got, err := on.HashKinds(ctx)
			if err == nil && len(got) != 0 {
				err = errors.New("kinds from nowhere")
			}
			return err
		}},
		{name: "NoticesOf", operation: "GetItem", do: func(ctx context.Context, s *scene, on store) error {
			got, err := on.NoticesOf(ctx, s.user.ID)
			if err == nil && (len(got) != 1 || got[0].Type != login.NoticeBound) {
				err = errors.New("other notices")
			}
			return err
		}},
		{name: "Waiting", operation: "Scan", do: func(ctx context.Context, s *scene, on store) error {
			got, err := on.Waiting(ctx, "", 10)
			if err == nil && (len(got) != 1 || got[0].UserID != s.user.ID) {
				err = errors.New("other users")
			}
			return err
		}},
		{name: "ListRoles", operation: "Scan", do: func(ctx context.Context, s *scene, on store) error {
			got, err := on.ListRoles(ctx)
			if err == nil && !reflect.DeepEqual(got, []login.Role{s.role}) {
				err = errors.New("other roles")
			}
			return err
		}},
		{name: "ListUsers", operation: "Scan", do: func(ctx context.Context, s *scene, on store) error {
			got, err := on.ListUsers(ctx, "", 10)
			if err == nil && (len(got) != 1 || got[0].ID != s.user.ID) {
				err = errors.New("other users")
			}
			return err
		}},
		{name: "UsersByID", operation: "BatchGetItem", do: func(ctx context.Context, s *scene, on store) error {
			got, err := on.UsersByID(ctx, []string{s.user.ID})
			if err == nil && (len(got) != 1 || got[0].ID != s.user.ID) {
				err = errors.New("other users")
			}
			return err
		}},
		{name: "LoadRecord", operation: "GetItem", do: func(ctx context.Context, s *scene, on store) error {
			got, err := on.LoadRecord(ctx, s.record)
			if err == nil && got.Version != "v1" {
				err = errors.New("another record")
			}
			return err
		}},
	}
}

// version is that of the scene's record, "" for none.
func (s *scene) version() string {
	s.Helper()
	got, err := s.store.LoadRecord(s.Context(), s.record)
	if !errors.Is(err, login.ErrRecordNotFound) {
		s.must(err)
	}
	return got.Version
}

// bindElsewhere binds the scene's user in a second app.
func (s *scene) bindElsewhere() {
	s.Helper()
	b := s.newBinding(s.userNow(s.user.ID))
	b.AppID = otherApp
	_, err := s.store.Bind(s.Context(), b, s.newSession(b))
	s.must(err)
}

// profile describes a user unlike any other in a scene.
func (s *scene) profile(id string) login.Profile {
	return login.Profile{ID: id, Username: secret("name"), Name: "Described", Roles: []string{"writer"}}
}
