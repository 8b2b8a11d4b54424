package playground

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/audit"
	"github.com/wxbind/wxbind/pkg/envelope"
	"github.com/wxbind/wxbind/pkg/login"
)

// actTime bounds an act: a deletion takes a second.
const actTime = 10 * time.Second

// act is what the page asks an operator to do.
type act struct {
	Do        string `json:"do"`
	UserID    string `json:"userId"`
	SessionID string `json:"sessionId"`
	AppID     string `json:"appId"`
}

// deeds are what can be done, each as the command of the same meaning does it.
var deeds = map[string]func(ctx context.Context, s *admin.Service, a act) error{
	"disable":   func(ctx context.Context, s *admin.Service, a act) error { return s.Disable(ctx, a.UserID) },
	"enable":    func(ctx context.Context, s *admin.Service, a act) error { return s.Enable(ctx, a.UserID) },
	"logoutAll": func(ctx context.Context, s *admin.Service, a act) error { return s.RevokeSessions(ctx, a.UserID) },
	"revokeSession": func(ctx context.Context, s *admin.Service, a act) error {
		return s.RevokeSession(ctx, a.UserID, a.SessionID)
	},
	"unbind": func(ctx context.Context, s *admin.Service, a act) error {
		_, err := s.RemoveBindings(ctx, a.UserID, a.AppID)
		return err
	},
	"deleteUser": func(ctx context.Context, s *admin.Service, a act) error { return s.Delete(ctx, a.UserID) },
}

// Errors of an act that cannot be read.
var (
	errNoAct   = errors.New("an act is one object of do, userId, sessionId and appId, which are strings")
	errUnknown = errors.New("do is disable, enable, logoutAll, revokeSession, unbind or deleteUser")
	errNoUser  = errors.New("userId says whom")
	errNoWhich = errors.New("revokeSession needs sessionId, and unbind appId")
)

// readAct reads an act.
func readAct(contentType string, body io.Reader) (act, error) {
	var a act
	if err := readObject(contentType, body, &a, errNoAct); err != nil {
		return act{}, err
	}
	switch {
	case deeds[a.Do] == nil:
		return act{}, errUnknown
	case a.UserID == "" || len(a.UserID) > login.MaxUserID:
		return act{}, errNoUser
	case a.Do == "revokeSession" && a.SessionID == "", a.Do == "unbind" && a.AppID == "":
		return act{}, errNoWhich
	}
	return a, nil
}

// act does what an operator would.
func (p *Playground) act(w http.ResponseWriter, r *http.Request) {
	a, err := readAct(r.Header.Get("Content-Type"), r.Body)
	if err != nil {
		refuseUnread(w, err, "act_invalid")
		return
	}
	// A page that is closed does not leave half of it undone.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), actTime)
	defer cancel()
	began := time.Now()
	who, err := p.do(ctx, a)
	step := Step{Kind: kindAct, Title: a.Do + " " + who, MS: milliseconds(time.Since(began)), OK: err == nil}
	detail := acted{Do: a.Do, Who: who, UserID: text(a.UserID), AppID: text(a.AppID), SessionID: text(a.SessionID)}
	if err != nil {
		_, what := meaning(err)
		detail.Error = what.Error
	}
	step.Detail = detail
	p.add(step, nil)
	if err != nil {
		failed(w, err)
		return
	}
	answer(w, http.StatusOK, struct{}{})
}

// do does it and leaves the same audit lines as the command. It returns whom it was done to.
func (p *Playground) do(ctx context.Context, a act) (who string, err error) {
	u, err := p.admin.User(ctx, a.UserID)
	if err == nil && u.ID != a.UserID { // it was somebody's username
		err = login.ErrUserNotFound
	}
	if err != nil {
		return text(a.UserID), err
	}
	if who = u.Username; who == "" {
		who = u.ID
	}
	var trail login.Trail
	err = deeds[a.Do](login.WithTrail(ctx, &trail), p.admin, a)
	audit.Write(ctx, p.logger, &trail, slog.String("by", p.by))
	return who, err
}

// missing are the failures of an act whose object is not there.
var missing = map[error]failure{
	login.ErrUserNotFound:    {Error: "user_not_found", Msg: "there is no such user any more"},
	login.ErrSessionNotFound: {Error: "session_not_found", Msg: "there is no such session any more"},
	login.ErrBindingNotFound: {Error: "binding_not_found", Msg: "there is no such binding any more"},
}

// failed answers a failure of the store, or of what was to be changed there.
func failed(w http.ResponseWriter, err error) {
	status, what := meaning(err)
	refuse(w, status, what.Error, what.Msg)
}

// meaning returns the status and the body of a failure.
func meaning(err error) (status int, what failure) {
	for gone, what := range missing {
		if errors.Is(err, gone) {
			return http.StatusNotFound, what
		}
	}
	code := login.AsError(err).Code
	return envelope.Status(code, false), failure{Error: string(code), Msg: code.Message("en")}
}
