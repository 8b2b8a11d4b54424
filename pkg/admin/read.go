package admin

import (
	"context"
	"errors"
	"iter"
	"unicode/utf8"

	"github.com/wxbind/wxbind/pkg/login"
)

// User reads a user by their id, or by their username in any form that folds to it.
//
// Errors: UsernameMissing, UsernameInvalid, ErrUserNotFound.
func (s *Service) User(ctx context.Context, username string) (login.User, error) {
	id, err := s.find(ctx, username)
	if err != nil {
		return login.User{}, err
	}
	return s.Store.UserByID(ctx, id)
}

// Show returns everything that is stored about a user.
//
// Errors: those of User.
func (s *Service) Show(ctx context.Context, username string) (login.Export, error) {
	u, err := s.User(ctx, username)
	if err != nil {
		return login.Export{}, err
	}
	return login.ExportOf(ctx, s.Store, u)
}

// readPage is how many users All asks for at once. DynamoDB takes some milliseconds a request, whatever it reads, and only each
// third or fourth item that it reads is a user.
const readPage = 1000

// All lists all users. It reads a page when the caller gets to it. An error is the last thing it yields.
func (s *Service) All(ctx context.Context) iter.Seq2[login.User, error] {
	return func(yield func(login.User, error) bool) {
		for after := ""; ; {
			page, err := s.Store.ListUsers(ctx, after, readPage)
			if err != nil {
				yield(login.User{}, err)
				return
			}
			for _, u := range page {
				if !yield(u, nil) {
					return
				}
				after = u.ID
			}
			if len(page) == 0 {
				return
			}
		}
	}
}

// find returns the id of the user who has this id or this username. A directory's users and those who registered by
// themselves own no username here, so they are found by id. An id need not have the form of a username, and goes before
// one: people choose usernames themselves, and a username that is somebody else's id must not lead a command to the wrong one. Blanks
// around an id are part of it if there is such an id, and else taken for the copier's.
//
// Errors: those of User.
func (s *Service) find(ctx context.Context, username string) (string, error) {
	folded, invalid := s.Username(username)
	if username == "" || invalid != nil && (len(username) > login.MaxUserID || !utf8.ValidString(username)) {
		return "", invalid
	}
	id, err := s.knownID(ctx, username)
	if errors.Is(err, login.ErrUserNotFound) && invalid == nil {
		id, err = s.Store.UserIDByName(ctx, folded)
	}
	if trimmed := login.Trim(username); errors.Is(err, login.ErrUserNotFound) && trimmed != username && trimmed != "" {
		id, err = s.knownID(ctx, trimmed)
	}
	if errors.Is(err, login.ErrUserNotFound) && invalid != nil {
		return "", invalid
	}
	return id, err
}

// knownID returns an id if a user has it.
//
// Errors: ErrUserNotFound.
func (s *Service) knownID(ctx context.Context, id string) (string, error) {
	u, err := s.Store.UserByID(ctx, id)
	return u.ID, err
}
