package functions_test

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/iamtest"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// index makes an index as the functions do.
func index(purpose string, parts ...string) string {
	return events.Secret(appSecret, sealKey).Index(purpose, parts...)
}

// noteUnion makes alice be found by her unionid.
func (p *performance) noteUnion() {
	p.Helper()
	p.must(p.store.NoteUnion(p.Context(), p.binding(events.AppID), index("union", wechattest.UnionID("alice"))))
}

// noteUnionOfBefore does so, and then ends all her sessions: what leads to her has another epoch than she has.
func (p *performance) noteUnionOfBefore() {
	p.Helper()
	p.noteUnion()
	p.must(p.store.LogoutUser(p.Context(), events.UserID, login.NewID()))
}

// knowInAnotherApp binds alice, whom nobody has bound, in another mini-program. She is found by her unionid, and the mini-programs link.
func (p *performance) knowInAnotherApp() {
	p.Helper()
	id := iamtest.SecretARN("Secret")
	p.secrets.Put(id, strings.ReplaceAll(p.secrets.Value(id), `"linkUnionId":false`, `"linkUnionId":true`))
	if p.directory != noDirectory {
		p.enroll()
	}
	p.bindIn(events.StaffAppID)
	p.must(p.store.NoteUnion(p.Context(), p.binding(events.StaffAppID), index("union", wechattest.UnionID("alice"))))
}

// knowInAnotherAppOfBefore does so, and then ends all her sessions.
func (p *performance) knowInAnotherAppOfBefore() {
	p.Helper()
	p.knowInAnotherApp()
	p.must(p.store.LogoutUser(p.Context(), events.UserID, login.NewID()))
}

// knowUnbound makes alice be found by her unionid, and removes her only binding.
func (p *performance) knowUnbound() {
	p.Helper()
	p.knowInAnotherApp()
	p.must(p.store.Unbind(p.Context(), p.binding(events.StaffAppID), false))
}

// knowUnboundAndWelcome does as knowUnbound, and everybody becomes a user at the first launch, too.
func (p *performance) knowUnboundAndWelcome() {
	p.Helper()
	p.knowUnbound()
	id := iamtest.SecretARN("Secret")
	p.secrets.Put(id, strings.ReplaceAll(p.secrets.Value(id), `"register":["ask","phone"]`, `"register":["ask","phone","launch"]`))
}

// knowPhoneOfBefore gives the user the number of the events, and then ends all their sessions.
func (p *performance) knowPhoneOfBefore() {
	p.Helper()
	p.must(events.PhoneKnown.Make(p.Context(), p.store))
	p.must(p.store.LogoutUser(p.Context(), events.UserID, login.NewID()))
}

// addFormerOwner adds a user without a password who had alice's number long ago.
func (p *performance) addFormerOwner() {
	p.Helper()
	phone := events.Secret(appSecret, sealKey).PhoneOf(wechattest.PhoneNumber("alice"))
	phone.VerifiedAt = time.Now().UTC().Add(-100 * 24 * time.Hour).Truncate(time.Millisecond)
	p.must(p.store.AddUser(p.Context(), login.User{ID: "former", RegisteredIn: events.AppID, Phone: phone}, login.Password{}))
}

// addOther adds the other user of the events.
func (p *performance) addOther() {
	p.Helper()
	p.must(p.store.AddUser(p.Context(), login.User{ID: events.OtherUserID, Username: events.OtherUsername}, login.NewPassword(passwordHash())))
}

// register makes the user one who has registered, and binds them.
func (p *performance) register() {
	p.Helper()
	p.deleteUser()
	p.must(p.store.AddUser(p.Context(), login.User{ID: events.UserID, RegisteredIn: events.AppID, Apps: map[string]login.UserApp{}}, login.Password{}))
	p.bind()
}

// registerWithAll makes of the user one who has registered by a phone number, and has chosen a username and a password.
func (p *performance) registerWithAll() {
	p.Helper()
	p.deleteUser()
	p.must(p.store.AddUser(p.Context(), login.User{
		ID: events.UserID, Username: events.Username, RegisteredIn: events.AppID, Apps: map[string]login.UserApp{},
		Phone: login.Phone{
			Number: events.Phone, Index: index("phone", events.Phone), VerifiedAt: time.Now().Add(-time.Hour), AppID: events.AppID,
		},
	}, login.NewPassword(passwordHash())))
	p.bind()
}

// unionLeadsOn says whether what leads to alice has the epoch that she has. If not, whoever comes that way needs one more try.
func (p *performance) unionLeadsOn() error {
	owner, err := p.store.OwnerOfUnion(p.Context(), index("union", wechattest.UnionID("alice")))
	return p.leadsOn(owner, err)
}

// phoneLeadsOn says so of the number of the events.
func (p *performance) phoneLeadsOn() error {
	owner, err := p.store.OwnerOfPhone(p.Context(), index("phone", events.Phone))
	return p.leadsOn(owner, err)
}

func (p *performance) leadsOn(owner login.Owner, failed error) error {
	user, err := p.store.UserByID(p.Context(), events.UserID)
	if err = errors.Join(failed, err); err != nil {
		return err
	}
	if owner.UserID != user.ID || owner.Epoch != user.Epoch {
		return fmt.Errorf("%+v leads to user %s with epoch %q", owner, user.ID, user.Epoch)
	}
	return nil
}
