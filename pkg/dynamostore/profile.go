package dynamostore

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// describing sets what a directory says about a user, in place of what they have given. Its change ends in a list of what is set.
func describing(p login.Profile) expression {
	gone := []string{nameGivenAttribute, avatarGivenAttribute}
	set := []string{describedAttribute + " = :username", "#name = :name", "#roles = :roles"}
	values := item{":username": text(p.Username), ":name": text(p.Name), ":roles": texts(p.Roles)}
	if p.Avatar == "" {
		gone = append(gone, avatarAttribute)
	} else {
		set, values[":avatar"] = append(set, avatarAttribute+" = :avatar"), text(p.Avatar)
	}
	return expression{
		change:    "REMOVE " + strings.Join(gone, ", ") + " SET " + strings.Join(set, ", "),
		condition: "attribute_exists(pk)",
		names:     map[string]string{"#name": "name", "#roles": "roles"},
		values:    values,
	}
}

// EnrollUser implements login.Profiles. It leaves alone what only wxbind knows of a user. For a new user it sets those
// attributes to their initial values. Where a user has registered is absent from most, so it is set only while there is no
// item; a user who is there takes a second call.
func (s *Store) EnrollUser(ctx context.Context, p login.Profile, createdAt time.Time, epoch string) (login.User, error) {
	if p.RegisteredIn != "" {
		u, err := s.enroll(ctx, p, createdAt, epoch, "attribute_not_exists(pk)")
		no, ok := errors.AsType[*refused](err)
		if !ok {
			return u, err
		}
		// With this epoch it is this call that has stored the user, or one that it repeats: its answer was lost.
		if stored, err := userOf(no.items[0].stored); err == nil && stored.Epoch == epoch {
			return stored, nil
		}
		p.RegisteredIn = ""
	}
	return s.enroll(ctx, p, createdAt, epoch, "")
}

func (s *Store) enroll(ctx context.Context, p login.Profile, createdAt time.Time, epoch, condition string) (login.User, error) {
	e := describing(p)
	e.condition = condition
	for name, value := range userItem(login.User{ID: p.ID, Epoch: epoch, CreatedAt: createdAt, RegisteredIn: p.RegisteredIn}) {
		switch name {
		case keyAttribute, "name", "roles":
		default:
			e.change += ", " + name + " = if_not_exists(" + name + ", :new_" + name + ")"
			e.values[":new_"+name] = value
		}
	}
	it, err := s.update(ctx, "EnrollUser", s.tables.Users, userKey(p.ID), e)
	if err != nil {
		return login.User{}, err
	}
	return userOf(it)
}

// RefreshUser implements login.Profiles.
func (s *Store) RefreshUser(ctx context.Context, p login.Profile) (login.User, error) {
	it, err := s.update(ctx, "RefreshUser", s.tables.Users, userKey(p.ID), describing(p))
	if _, ok := errors.AsType[*refused](err); ok {
		return login.User{}, login.ErrUserNotFound
	}
	if err != nil {
		return login.User{}, err
	}
	return userOf(it)
}

// RaiseEpoch implements login.Profiles.
func (s *Store) RaiseEpoch(ctx context.Context, id, epoch string) error {
	_, err := s.changeUser(ctx, "RaiseEpoch", id, raised(epoch))
	return err
}
