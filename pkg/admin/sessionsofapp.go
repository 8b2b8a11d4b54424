package admin

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// AppSessions counts the sessions that RevokeAppSessions has ended.
type AppSessions struct {
	// Ended counts the sessions, and Users those who had one.
	Ended, Users int
}

// RevokeAppSessions ends the live sessions of all users in an app. People log in again at their next launch: whoever is bound
// stays bound. It can be repeated, as after an interruption; the counts are of what it has ended itself, also when it
// fails. A login that is under way may open another session.
//
// progress is as in Walk.
func (s *Service) RevokeAppSessions(ctx context.Context, appID string, progress func(walked int)) (AppSessions, error) {
	var ended, users atomic.Int64
	err := s.Walk(ctx, func(ctx context.Context, u login.User) error {
		n, err := s.revokeIn(ctx, u, appID)
		if n > 0 {
			ended.Add(int64(n))
			users.Add(1)
		}
		return err
	}, progress)
	if ended.Load() > 0 {
		login.TrailOf(ctx).Note(login.EventAppLogout)
	}
	return AppSessions{Ended: int(ended.Load()), Users: int(users.Load())}, err
}

// RevokeSessionsIn ends a user's live sessions in an app, and returns how many it has ended.
//
// Errors: those of User.
func (s *Service) RevokeSessionsIn(ctx context.Context, username, appID string) (int, error) {
	u, err := s.User(ctx, username)
	if err != nil {
		return 0, err
	}
	ended, err := s.revokeIn(ctx, u, appID)
	if ended > 0 {
		noteUser(ctx, u.ID, login.EventSessionRevoke)
	}
	return ended, err
}

// revokeIn ends a user's live sessions in an app. Without a binding there is none.
func (s *Service) revokeIn(ctx context.Context, u login.User, appID string) (ended int, err error) {
	if _, bound := u.Apps[appID]; !bound {
		return 0, nil
	}
	sessions, err := s.Store.SessionsOfUser(ctx, u.ID)
	if err != nil {
		return 0, err
	}
	for _, session := range sessions {
		// The zero time judges no session expired: this machine's clock may be wrong.
		if session.AppID != appID || session.Dead(u, time.Time{}) != "" {
			continue
		}
		err := s.Store.EndSession(ctx, u.ID, session.TokenHash, login.SessionRevoked)
		if errors.Is(err, login.ErrSessionNotFound) {
			continue // it has gone meanwhile
		}
		if err != nil {
			return ended, err
		}
		ended++
	}
	return ended, nil
}
