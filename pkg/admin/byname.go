package admin

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

// Listing chooses the users of a list by name.
type Listing struct {
	// Match says whether a user is in the list; nil for all.
	Match func(login.User) bool
	// After is the username or the id of the user after whom the list begins; "" for its beginning.
	After string
	// Limit is how many users the list has at most; 0 for all.
	Limit int
}

// place is where a user is in the list by name.
type place struct{ username, id string }

// compare orders by the bytes of the usernames, and then of the ids: a directory's users may share a username. Users without a
// username come last.
func (p place) compare(q place) int {
	if p.username == "" || q.username == "" {
		return cmp.Or(-strings.Compare(p.username, q.username), strings.Compare(p.id, q.id))
	}
	return cmp.Or(strings.Compare(p.username, q.username), strings.Compare(p.id, q.id))
}

// ByName lists users in the order of their usernames, those without one last. more says, once the list is at its end, whether
// the limit has ended it. An error is the last thing that is yielded.
//
// A DynamoDB table has no such order, and an index of it would cost every new user a write. So the usernames and ids of all who
// match are sorted in memory, some 100 bytes each, and then the users are read once more, a page at a time. Whoever is gone or
// no longer matches by then is left out.
//
// Errors: those of User for After.
func (s *Service) ByName(ctx context.Context, l Listing) (users iter.Seq2[login.User, error], more func() bool) {
	cut := false
	return func(yield func(login.User, error) bool) {
		places, err := s.places(ctx, l)
		if err != nil {
			yield(login.User{}, err)
			return
		}
		if cut = l.Limit > 0 && len(places) > l.Limit; cut {
			places = places[:l.Limit]
		}
		for some := range slices.Chunk(places, login.MaxUsersByID) {
			page, err := s.read(ctx, some)
			if err != nil {
				yield(login.User{}, err)
				return
			}
			for _, u := range page {
				if (l.Match == nil || l.Match(u)) && !yield(u, nil) {
					return
				}
			}
		}
	}, func() bool { return cut }
}

// places are the places of the users of a list, in order, without its limit.
func (s *Service) places(ctx context.Context, l Listing) ([]place, error) {
	after, err := s.placeOf(ctx, l.After)
	if err != nil {
		return nil, err
	}
	var places []place
	for u, err := range s.All(ctx) {
		if err != nil {
			return nil, err
		}
		p := place{username: u.Username, id: u.ID}
		if (l.Match == nil || l.Match(u)) && (l.After == "" || p.compare(after) > 0) {
			places = append(places, p)
		}
	}
	slices.SortFunc(places, place.compare)
	return places, nil
}

// placeOf is the place of the user with a username or an id.
func (s *Service) placeOf(ctx context.Context, after string) (place, error) {
	if after == "" {
		return place{}, nil
	}
	u, err := s.User(ctx, after)
	return place{username: u.Username, id: u.ID}, err
}

// read reads the users of some places, in their order.
func (s *Service) read(ctx context.Context, places []place) ([]login.User, error) {
	ids, order := make([]string, len(places)), make(map[string]int, len(places))
	for i, p := range places {
		ids[i], order[p.id] = p.id, i
	}
	users, err := s.Store.UsersByID(ctx, ids)
	slices.SortFunc(users, func(a, b login.User) int { return cmp.Compare(order[a.ID], order[b.ID]) })
	return users, err
}
