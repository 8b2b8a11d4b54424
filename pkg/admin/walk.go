package admin

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/wxbind/wxbind/pkg/login"
)

// walkedAtOnce bounds how many users a walk looks at at the same time.
const walkedAtOnce = 16

// Walk calls do for every user, for up to 16 at the same time, and then and again progress with how many there were so far; nil
// for no progress. It stops at the first error. A user who comes or goes meanwhile may be left out.
//
// Errors: those of do.
func (s *Service) Walk(ctx context.Context, do func(context.Context, login.User) error, progress func(walked int)) error {
	walked := 0
	var page []login.User
	visit := func() error {
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(walkedAtOnce)
		for _, u := range page {
			group.Go(func() error { return do(ctx, u) })
		}
		if err := group.Wait(); err != nil {
			return err
		}
		walked, page = walked+len(page), page[:0]
		if progress != nil {
			progress(walked)
		}
		return nil
	}
	for u, err := range s.All(ctx) {
		if err != nil {
			return err
		}
		if page = append(page, u); len(page) < listPage {
			continue
		}
		if err := visit(); err != nil {
			return err
		}
	}
	return visit()
}
