package login

import (
	"context"
	"errors"
	"slices"
	"time"
)

// The events of pushes that are acted on. See
// https://developers.weixin.qq.com/miniprogram/security/basic/listen.html
const (
	pushCancellation = "user_authorization_cancellation"
	pushRevoke       = "user_authorization_revoke"
	pushModified     = "user_info_modified"
	pushPunished     = "wxa_punish_event"
)

// otherPush stands for every event and punishment that has no name here.
const otherPush = "other"

// PushEvents lists what Trail.Pushed may be.
func PushEvents() []string {
	return []string{pushCancellation, pushRevoke, pushModified, pushPunished, otherPush}
}

// Punishments lists what Trail.Punishment may be: a warning, a ban of functions, taken off the shelf, a ban of the account, a ban
// of pages. See https://developers.weixin.qq.com/miniprogram/security/basic/listen.html
func Punishments() []string { return []string{"1", "2", "3", "4", "10", otherPush} }

// pushed is a request to the push route.
type pushed struct {
	Push
	secret *Secret
	app    App
	trail  *Trail
}

// VerifyPushURL checks the request by which WeChat verifies the address to which it pushes. The answer to it is its echostr.
//
// Errors: AppIDUnknown; PushOff; PushRejected; SecretUnavailable.
func (s *Service) VerifyPushURL(ctx context.Context, appID string, raw RawPush) error {
	_, err := s.readPush(ctx, appID, func(app App) (Push, error) { return Push{}, s.Pushes.VerifyURL(app.Push, raw) })
	return err
}

// Push does what a push of WeChat's asks for. It can be repeated: WeChat repeats what was not answered with success. A push that is
// older than the binding does nothing, so neither does one that somebody has kept.
//
// Errors: AppIDUnknown; PushOff; PushRejected; SecretUnavailable; and what the store answers.
func (s *Service) Push(ctx context.Context, appID string, raw RawPush) (Outcome, error) {
	ctx, trail := trailed(ctx)
	p, err := s.readPush(ctx, appID, func(app App) (Push, error) { return s.Pushes.Read(app.ID, app.Push, raw) })
	if err != nil {
		return nil, err
	}
	if trail.Pushed = p.Event; !slices.Contains(PushEvents(), p.Event) {
		trail.Pushed = otherPush
	}
	if ValidOpenID(p.OpenID) && p.OpenID != "" {
		trail.OpenIDHash = p.secret.Hash("log openid", p.app.ID, p.OpenID)[:16]
	} else {
		p.OpenID = ""
	}
	switch p.Event {
	case pushCancellation:
		return s.onBinding(ctx, p, EventWeChatClosed, s.close)
	case pushRevoke:
		return s.onBinding(ctx, p, EventDataRevoke, s.withdraw(p.Revoked))
	case pushModified:
		return s.onBinding(ctx, p, EventDataRevoke, s.withdraw([]DataKind{DataName, DataAvatar}))
	case pushPunished:
		if trail.Punishment = p.Punishment; !slices.Contains(Punishments(), p.Punishment) {
			trail.Punishment = otherPush
		}
		return OutcomePushPunished, nil
	}
	return OutcomePushOther, nil
}

// readPush finds the mini-program of a push, and reads the push with its settings. The settings may have been changed since the
// secret was fetched, and WeChat verifies an address as soon as they are saved in its console: so now and then the secret is
// fetched anew before a push is refused.
func (s *Service) readPush(ctx context.Context, appID string, read func(App) (Push, error)) (*pushed, error) {
	x := &exchange{trail: TrailOf(ctx)}
	if appID == "" {
		return nil, AppIDUnknown // which would be the default one elsewhere
	}
	app, err := s.appOf(ctx, x, presented{caller: Caller{AppID: appID}, onlyApp: true})
	if err != nil {
		return nil, err
	}
	x.trail.AppID = app.ID
	attempt := func() (Push, error) {
		if app.Push.Token == "" {
			return Push{}, PushOff
		}
		return read(app)
	}
	push, err := attempt()
	if err != nil && s.search.due(s.clock()) {
		newer, unavailable := s.Secrets.Refetch(ctx)
		if x.trail.lapse(unavailable); unavailable == nil && newer.Apps[app.ID].Push != app.Push {
			x.secret, app = newer, newer.Apps[app.ID]
			push, err = attempt()
		}
	}
	if err != nil {
		x.trail.noteRefusal(err)
		return nil, err
	}
	return &pushed{push, x.secret, app, x.trail}, nil
}

// onBinding does what a push asks for about its identity, if that is bound and was when it happened. do says whether it changed
// anything; then the event is noted.
func (s *Service) onBinding(ctx context.Context, p *pushed, event Event, do func(context.Context, *pushed, Binding) (bool, error)) (Outcome, error) {
	if p.OpenID == "" {
		return OutcomePushNothing, nil
	}
	if !p.Proved {
		p.trail.Note(EventPushUnproved)
		return OutcomePushUnproved, nil
	}
	var binding Binding
	trip := p.trail.roundTrip(ctx)
	read(trip, &binding, func() (Binding, error) { return s.Store.BindingByOpenID(ctx, p.app.ID, p.OpenID) })
	err := trip.wait()
	if errors.Is(err, ErrBindingNotFound) {
		return OutcomePushNothing, nil
	}
	if err != nil {
		return nil, err
	}
	p.trail.UserID = binding.UserID
	if p.At.Unix() < binding.BoundAt.Unix() {
		return OutcomePushNothing, nil
	}
	changed, err := do(ctx, p, binding)
	if err != nil {
		return nil, err
	}
	if !changed {
		return OutcomePushNothing, nil
	}
	p.trail.Note(event)
	return OutcomePushDone, nil
}

// pushMemory is how long a withdrawal is remembered, so that a repeat does nothing: much longer than WeChat repeats a push. After
// that a repeat still removes nothing that was given later.
const pushMemory = 7 * 24 * time.Hour

// withdraw removes data that the user has given in the mini-program of a push before it, in the whole second that WeChat names.
func (s *Service) withdraw(data []DataKind) func(context.Context, *pushed, Binding) (bool, error) {
	return func(ctx context.Context, p *pushed, b Binding) (bool, error) {
		if len(data) == 0 {
			return false, nil
		}
		w := Withdrawal{
			UserID: b.UserID, AppID: p.app.ID, Before: p.At.Add(time.Second - time.Millisecond), Data: data,
			Name:     "push#" + p.secret.Hash("push", p.ID),
			Record:   Record{Version: NewID(), ExpiresAt: s.clock().Add(pushMemory)},
			NoticeID: p.ID,
		}
		err := timed(&p.trail.Store, func() error { return s.Store.Withdraw(ctx, w) })
		if errors.Is(err, ErrRecordChanged) || errors.Is(err, ErrUserNotFound) {
			return false, nil
		}
		return err == nil, err
	}
}
