package login

import (
	"context"
	"errors"
	"strconv"
	"time"
)

// With a directory, a bind stores any user for whom the directory vouches. A bind that is under way while
// its user leaves would bring the user back. So a deletion leaves a note before it begins, under a name
// that only our key can make. A bind that began before the note is refused.

// departureLife is how long the note stays: longer than any request.
const departureLife = time.Minute

func departureOf(secret *Secret, userID string) string {
	return "gone#" + secret.Hash("departure", userID)
}

// noteDeparture notes that the user is leaving now.
func (s *Service) noteDeparture(ctx context.Context, secret *Secret, userID string) error {
	now := s.clock()
	return s.Store.StoreRecord(ctx, departureOf(secret, userID), Record{
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
