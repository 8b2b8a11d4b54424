package dynamostore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
)

// admission is the transaction of an Admit.
type admission struct {
	// writes begin with the binding, the user and the session.
	writes []types.TransactWriteItem
	// refusals say what it means that the condition of a write does not hold, for those after the first three.
	refusals []error
}

func (a *admission) add(refusal error, writes ...types.TransactWriteItem) {
	for _, write := range writes {
		a.writes, a.refusals = append(a.writes, write), append(a.refusals, refusal)
	}
}

// refused is the meaning of the first condition that does not hold, of those after the first three. It is nil if there
// is none.
func (a *admission) refused(items []refusal) error {
	for i, no := range items[len(items)-len(a.refusals):] {
		if no.broken {
			return a.refusals[i]
		}
	}
	return nil
}

// Admit implements login.Admissions. It is one transaction, of which each item costs two write units: the binding, the
// user, the session, a check of the tombstone, and for a newcomer what leads from their phone number and their unionids
// to them. What leads to an existing user is not written: see misled.
func (s *Store) Admit(ctx context.Context, a login.Admission) (login.Binding, error) {
	b := a.Binding
	user := types.TransactWriteItem{}
	if a.Newcomer != nil {
		user.Put = s.newcomer(*a.Newcomer, b)
	} else {
		user.Update = s.admitted(b, a.Session.Epoch, a.Terms)
	}
	t := admission{writes: []types.TransactWriteItem{s.putBinding(b), user, s.putNewSession(a.Session)}}
	notices := []login.Notice{bound(b)}
	if a.Tombstone != "" {
		t.add(login.ErrRemovedBefore, s.checkTombstone(a.Tombstone))
	}
	if n := a.Newcomer; n != nil {
		notices = []login.Notice{{UserID: n.ID, Type: login.NoticeRegistered, AppID: b.AppID}, bound(b)}
		if n.Phone.Index != "" {
			t.add(login.ErrPhoneTaken, s.claimPhone(n.Phone.Index, *n, a.Yields)...)
			if a.Yields != "" {
				notices = append(notices, login.Notice{UserID: a.Yields, Type: login.NoticePhoneChanged, AppID: b.AppID})
			}
		}
		for _, index := range unique(n.Unions) {
			t.add(login.ErrUnionTaken, s.putOwner(unionKey(index), login.Owner{UserID: n.ID, Epoch: n.Epoch, KnownIn: b.AppID}, ifNobodys, ""))
		}
	}
	err := s.tell(ctx, "Admit", t.writes, notices...)
	no, ok := errors.AsType[*refused](err)
	switch {
	case err == nil:
		return b, nil
	case !ok:
		return login.Binding{}, err
	}
	identity, stored, done := no.items[0], no.items[1], no.items[2].broken
	switch {
	case identity.broken:
		return boundTo(identity.stored, b.UserID)
	case a.Newcomer != nil && (done || stored.broken), done && !stored.broken:
		return login.Binding{}, login.BindingRemoved
	case stored.broken && stored.stored == nil:
		return login.Binding{}, login.ErrUserNotFound
	}
	if err := t.refused(no.items); err != nil {
		return login.Binding{}, err
	}
	u, err := userOf(stored.stored)
	if err != nil {
		return login.Binding{}, err
	}
	s.misled(ctx, a, u)
	return login.Binding{}, &login.Unfit{User: u}
}

// newcomer stores a user who notes the binding.
func (s *Store) newcomer(u login.User, b login.Binding) *types.Put {
	u.Apps = maps.Clone(u.Apps)
	if u.Apps == nil {
		u.Apps = map[string]login.UserApp{}
	}
	u.Apps[b.AppID] = b.Note()
	return &types.Put{TableName: &s.tables.Users, Item: userItem(u), ConditionExpression: aws.String("attribute_not_exists(pk)")}
}

// admitted updates a user who fulfils the terms.
func (s *Store) admitted(b login.Binding, epoch string, terms login.Terms) *types.Update {
	update := s.noteBinding(b, epoch, noBinding)
	verifyPhone(update, terms.Phone)
	values := update.ExpressionAttributeValues
	conditions := []string{*update.ConditionExpression}
	if !terms.VerifiedSince.IsZero() {
		conditions = append(conditions, verifiedAtAttribute+" >= :since")
		values[":since"] = millis(terms.VerifiedSince)
	}
	if terms.Union != "" {
		conditions = append(conditions, knownIn(update, terms))
	}
	if terms.RegisteredIn != nil {
		conditions = append(conditions, registeredIn(terms.RegisteredIn, values))
	}
	update.ConditionExpression = aws.String(strings.Join(conditions, " AND "))
	return update
}

// knownIn is the condition that a user is bound in an app with a unionid by which they are found.
func knownIn(update *types.Update, terms login.Terms) string {
	if terms.KnownIn == "" {
		return "attribute_not_exists(pk)" // never, as below
	}
	values, names := update.ExpressionAttributeValues, update.ExpressionAttributeNames
	values[":union"], values[":noted"] = text(terms.Union), packedIndex(terms.Union)
	names["#known"], names["#union"] = terms.KnownIn, unionAttribute
	return "contains(" + unionsAttribute + ", :union) AND apps.#known.#union = :noted"
}

// registeredIn is the condition that a user has registered in one of these apps; in none, if "" is among them.
func registeredIn(apps []string, values item) string {
	in := []string{"attribute_not_exists(pk)"} // never, beside the condition that the user exists
	for i, app := range apps {
		if app == "" {
			in = append(in, "attribute_not_exists("+registeredAttribute+")")
			continue
		}
		name := fmt.Sprint(":in", i)
		in = append(in, registeredAttribute+" = "+name)
		values[name] = text(app)
	}
	return "(" + strings.Join(in, " OR ") + ")"
}

// misled brings the hint up to date by which somebody has come who knew another epoch of the user's than u has, or an app in
// which they are no longer bound with the unionid. So the hint costs a write unit when it was wrong, and no login two.
func (s *Store) misled(ctx context.Context, a login.Admission, u login.User) {
	outdated := u.Epoch != a.Session.Epoch
	to := login.Owner{UserID: u.ID, Epoch: u.Epoch}
	if index := a.Terms.Phone.Index; index != "" && outdated {
		s.hint(ctx, "Admit", phoneKey(index), to)
	}
	index := a.Terms.Union
	if to.KnownIn = u.KnownIn(index); to.KnownIn == "" { // nobody is let in by it now
		return
	}
	if outdated || u.Apps[a.Terms.KnownIn].Union != index {
		s.hint(ctx, "Admit", unionKey(index), to)
	}
}
