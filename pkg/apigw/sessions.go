package apigw

import (
	"context"
	"net/http"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/needs"
)

// Sessions lists where the user is logged in.
var Sessions = Route{
	Function: "sessions",
	Method:   http.MethodGet,
	Path:     "/mobileApi/user/sessions",
	handler:  bySession(listSessions),
	outcomes: []login.Outcome{login.OutcomeSessions},
}

// RevokeSession ends one of the user's sessions.
var RevokeSession = Route{
	Function: "sessions",
	Method:   http.MethodDelete,
	Path:     "/mobileApi/user/sessions/{id}",
	handler:  bySession(revokeSession),
	needs:    needs.Outbox,
	outcomes: []login.Outcome{login.OutcomeRevoked},
	refusals: []login.Code{login.NoSuchSession},
}

type sessionsBody struct {
	Code     int           `json:"code"`
	Msg      string        `json:"msg"`
	Sessions []sessionInfo `json:"sessions"`
}

// sessionInfo is a session as shown to its user. Times are Unix seconds.
type sessionInfo struct {
	ID        string `json:"id"`
	Device    string `json:"device"`
	AppID     string `json:"appId"`
	CreatedAt int64  `json:"createdAt"`
	SeenAt    int64  `json:"seenAt"`
	// Current marks the session that the request came with.
	Current bool `json:"current"`
}

func listSessions(ctx context.Context, s *login.Service, v login.Visitor, r *request) (answer, error) {
	live, err := s.LiveSessions(ctx, v)
	if err != nil {
		return answer{}, err
	}
	infos := make([]sessionInfo, len(live))
	for i, session := range live {
		infos[i] = sessionInfo{
			ID: session.ID(), Device: session.Device, AppID: session.AppID,
			CreatedAt: session.CreatedAt.Unix(), SeenAt: session.SeenAt.Unix(),
			Current: session.ID() == v.Session.ID(),
		}
	}
	return answer{sessionsBody{codeDone, sentence(r.lang, "获取成功", "OK."), infos}, login.OutcomeSessions}, nil
}

func revokeSession(ctx context.Context, s *login.Service, v login.Visitor, r *request) (answer, error) {
	if err := s.RevokeSession(ctx, v, r.event.PathParameters["id"]); err != nil {
		return answer{}, err
	}
	return done(r, login.OutcomeRevoked, "已下线该设备", "Logged out there."), nil
}
