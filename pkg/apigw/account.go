package apigw

import (
	"context"
	"net/http"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/needs"
)

// Export returns everything that is held about the user, except secrets.
var Export = Route{
	Function: "account",
	Method:   http.MethodGet,
	Path:     "/mobileApi/user/export",
	handler:  bySession(export),
	fields:   []field{codeField},
	needs:    needs.Code | needs.Bindings,
	outcomes: []login.Outcome{login.OutcomeExported},
	refusals: []login.Code{login.ReauthRequired, login.RecentlyReplaced},
}

// DeleteAccount removes the user.
var DeleteAccount = Route{
	Function: "account",
	Method:   http.MethodDelete,
	Path:     "/mobileApi/user/account",
	handler:  bySession(deleteAccount),
	fieldsIn: inBodyOrQuery,
	fields:   []field{codeField},
	needs:    needs.Code | needs.Bindings | needs.Outbox,
	outcomes: []login.Outcome{login.OutcomeDeleted},
	refusals: []login.Code{login.ReauthRequired, login.RecentlyReplaced},
}

type exportBody struct {
	Code     int               `json:"code"`
	Msg      string            `json:"msg"`
	User     exportedUser      `json:"user"`
	Bindings []exportedBinding `json:"bindings"`
	Sessions []exportedSession `json:"sessions"`
}

// All exported times are Unix seconds.

type exportedUser struct {
	userInfo
	Disabled  bool  `json:"disabled"`
	CreatedAt int64 `json:"createdAt"`
	// Phone is the whole number, unlike elsewhere, in the form of E.164.
	Phone string `json:"phone"`
	// PhoneVerifiedAt is when WeChat last confirmed it; 0 for never.
	PhoneVerifiedAt int64 `json:"phoneVerifiedAt"`
	// RegisteredIn is the appid of the mini-program in which the user has registered by themselves.
	RegisteredIn string `json:"registeredIn"`
	// PhoneGivenIn, NameGivenIn and AvatarGivenIn are the appids of the mini-programs in which the user has given them; "" for
	// what somebody else has set. NameGivenAt and AvatarGivenAt are when.
	PhoneGivenIn  string `json:"phoneGivenIn"`
	NameGivenIn   string `json:"nameGivenIn"`
	NameGivenAt   int64  `json:"nameGivenAt"`
	AvatarGivenIn string `json:"avatarGivenIn"`
	AvatarGivenAt int64  `json:"avatarGivenAt"`
}

type exportedBinding struct {
	AppID       string `json:"appId"`
	OpenID      string `json:"openId"`
	UnionID     string `json:"unionId"`
	BoundAt     int64  `json:"boundAt"`
	LastLoginAt int64  `json:"lastLoginAt"`
}

type exportedSession struct {
	ID          string     `json:"id"`
	Device      string     `json:"device"`
	AppID       string     `json:"appId"`
	CreatedAt   int64      `json:"createdAt"`
	SeenAt      int64      `json:"seenAt"`
	ExpiresAt   int64      `json:"expiresAt"`
	AbsoluteEnd int64      `json:"absoluteEnd"`
	EndedReason login.Code `json:"endedReason"`
}

func export(ctx context.Context, s *login.Service, v login.Visitor, r *request) (answer, error) {
	held, err := s.Export(ctx, r.caller, v, r.fields["code"])
	if err != nil {
		return answer{}, err
	}
	body := exportBody{
		Code: codeDone, Msg: sentence(r.lang, "导出成功", "Exported."),
		User: exportedUser{
			userInfo: infoOf(held.User), Disabled: held.User.Disabled,
			CreatedAt: seconds(held.User.CreatedAt),
			Phone:     held.User.Phone.Number, PhoneVerifiedAt: seconds(held.User.Phone.VerifiedAt),
			RegisteredIn: held.User.RegisteredIn, PhoneGivenIn: held.User.Phone.AppID,
			NameGivenIn: held.User.NameGiven.AppID, NameGivenAt: seconds(held.User.NameGiven.At),
			AvatarGivenIn: held.User.AvatarGiven.AppID, AvatarGivenAt: seconds(held.User.AvatarGiven.At),
		},
		Bindings: make([]exportedBinding, len(held.Bindings)),
		Sessions: make([]exportedSession, len(held.Sessions)),
	}
	for i, b := range held.Bindings {
		body.Bindings[i] = exportedBinding{
			AppID: b.AppID, OpenID: b.OpenID, UnionID: b.UnionID,
			BoundAt: seconds(b.BoundAt), LastLoginAt: seconds(b.LastLoginAt),
		}
	}
	for i, session := range held.Sessions {
		body.Sessions[i] = exportedSession{
			ID: session.ID(), Device: session.Device, AppID: session.AppID,
			CreatedAt: seconds(session.CreatedAt), SeenAt: seconds(session.SeenAt),
			ExpiresAt: seconds(session.IdleEnd), AbsoluteEnd: seconds(session.AbsoluteEnd),
			EndedReason: session.EndedReason,
		}
	}
	return answer{body, login.OutcomeExported}, nil
}

// seconds returns t in Unix seconds, or 0 for the zero time.
func seconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

func deleteAccount(ctx context.Context, s *login.Service, v login.Visitor, r *request) (answer, error) {
	if err := s.Delete(ctx, r.caller, v, r.fields["code"]); err != nil {
		return answer{}, err
	}
	return done(r, login.OutcomeDeleted, "账号已注销", "The account is deleted."), nil
}
