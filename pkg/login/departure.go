package login

import (
	"context"
	"errors"
	"strconv"
	"time"
)

// A bind of a directory's user enrols whoever the directory vouches for. One that
// is under way while its user leaves would bring the user back. So a deletion
// leaves a note before it begins, under a name that only our key can make, and a
// bind that began before the note does not count.

// departureLife is longer than any request.
const departureLife = time.Minute

func departureOf(secret *Secret, userID string) string {
	return "gone#" + secret.Hash("departure", userID)
}

// noteDeparture notes that the user leaves now.
func (s *Service) noteDeparture(ctx context.Context, x *exchange, userID string) error {
	now := s.clock()
	return s.Store.StoreRecord(ctx, departureOf(x.secret, userID), Record{
		Version:   NewID(),
		Value:     strconv.AppendInt(nil, now.UnixMilli(), 10),
		ExpiresAt: now.Add(departureLife),
	})
}

// departed says whether the user has left since x began.
func (s *Service) departed(ctx context.Context, x *exchange, userID string) (bool, error) {
	note, err := s.Store.LoadRecord(ctx, departureOf(x.secret, userID))
	if errors.Is(err, ErrRecordNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	left, err := strconv.ParseInt(string(note.Value), 10, 64)
	return err == nil && x.began.UnixMilli() <= left, err
}
