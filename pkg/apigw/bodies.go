package apigw

import "github.com/wxbind/wxbind/pkg/login"

// The values of `code` that clients in the field know, besides envelope.Failure's 0.
const (
	codeDone    = 1
	codeUnbound = 301
)

type unboundBody struct {
	Code   int    `json:"code"`
	Msg    string `json:"msg"`
	OpenID string `json:"openId"`
	// Ways are what can succeed, in the order in which a page offers them.
	Ways []login.Way `json:"ways"`
}

type doneBody struct {
	Code int    `json:"code"`
	Msg  string `json:"msg"`
}

type loginBody struct {
	Code      int          `json:"code"`
	Msg       string       `json:"msg"`
	Token     string       `json:"token"`
	ExpiresAt int64        `json:"expiresAt"` // Unix seconds
	UserInfo  userInfo     `json:"userInfo"`
	MenuList  []login.Menu `json:"menuList"`
	// Created says that the request has made the user, and Linked that their unionid has bound them.
	Created bool `json:"created,omitempty"`
	Linked  bool `json:"linked,omitempty"`
}

type userInfo struct {
	ID       string   `json:"id"`
	Username string   `json:"username"`
	Name     string   `json:"name"`
	Roles    []string `json:"roles"`
	// Phone is masked.
	Phone string `json:"phone,omitempty"`
	// Avatar is the https address of the user's picture.
	Avatar string `json:"avatar,omitempty"`
}

func infoOf(u login.User) userInfo {
	return userInfo{
		ID: u.ID, Username: u.Username, Name: u.Name,
		Roles: append([]string{}, u.Roles...), // [], not null
		Phone: u.Phone.Masked(), Avatar: u.Avatar,
	}
}

func loggedIn(l *login.Login, msg string) answer {
	return answer{loginBody{
		Code:      codeDone,
		Msg:       msg,
		Token:     string(l.Token),
		ExpiresAt: l.ExpiresAt.Unix(),
		UserInfo:  infoOf(l.User),
		MenuList:  l.Menus,
		Created:   l.Created,
		Linked:    l.Linked,
	}, login.OutcomeLogin}
}

// done answers that the request is done, and nothing else.
func done(r *request, outcome login.Outcome, zh, en string) answer {
	return answer{doneBody{codeDone, sentence(r.lang, zh, en)}, outcome}
}

// sentence returns the sentence in the caller's language.
func sentence(lang, zh, en string) string {
	if lang == "en" {
		return en
	}
	return zh
}
