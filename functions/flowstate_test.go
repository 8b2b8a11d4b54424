package functions_test

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
	"github.com/wxbind/wxbind/pkg/testing/lambdatest"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// addSessions makes as many sessions under the binding as it may have, live and ended.
func (p *performance) addSessions() {
	p.Helper()
	openID := wechattest.OpenID(events.AppID, "alice")
	bound := p.binding(events.AppID)
	for i := range login.MaxSessions + login.MaxDeadSessions {
		s := p.session(fmt.Sprint("session-", i), 2*time.Hour)
		if i >= login.MaxSessions {
			s.EndedReason = login.SessionReplaced
		}
		_, err := p.store.CreateSession(p.Context(), s)
		p.must(err)
		_, err = p.store.TouchBinding(p.Context(), login.Touch{
			AppID: events.AppID, OpenID: openID, SealedKey: bound.SealedKey, At: bound.LastLoginAt, Opened: s.Mark(),
		})
		p.must(err)
	}
}

// unanswered cuts the connection of every batch before DynamoDB sees it.
func unanswered(*performance) dynamotest.Rule {
	return dynamotest.Rule{Operation: "BatchExecuteStatement", Times: dynamotest.Always, Fault: dynamotest.Drop()}
}

// makeHashOld hashes the password with older parameters.
func (p *performance) makeHashOld() {
	p.Helper()
	old, err := bcrypt.GenerateFromPassword([]byte(events.Password), bcrypt.MinCost)
	p.must(err)
	p.must(p.store.RenewHash(p.Context(), events.UserID, passwordHash(), login.Hidden(old)))
}

// deleteUser removes the user, and leaves the sessions.
func (p *performance) deleteUser() {
	p.Helper()
	u, err := p.store.UserByID(p.Context(), events.UserID)
	p.must(err)
	p.must(p.store.DeleteUser(p.Context(), u))
}

// boundElsewhere binds the user in another mini-program right before a transaction.
func boundElsewhere(p *performance) dynamotest.Rule {
	return dynamotest.Rule{Operation: "TransactWriteItems", Fault: dynamotest.Before(func() {
		if err := events.BoundElsewhere.Make(p.Context(), p.store); err != nil {
			p.Error(err)
		}
	})}
}

// describing matches what stores a directory's profile of a user.
func describing(body []byte) bool { return bytes.Contains(body, []byte("describedAs")) }

// departing notes that the user has left just before the function stores what the directory says about them. The user is still there,
// as when another request has just found them disabled in the directory.
func departing(p *performance) dynamotest.Rule {
	return dynamotest.Rule{Operation: "UpdateItem", Body: describing, Fault: dynamotest.Before(p.depart)}
}

// departingUnbound also removes the binding from which the user is known then.
func departingUnbound(appID string) func(*performance) dynamotest.Rule {
	return func(p *performance) dynamotest.Rule {
		bound := p.binding(appID)
		return dynamotest.Rule{Operation: "UpdateItem", Body: describing, Fault: dynamotest.Before(func() {
			p.depart()
			if err := p.store.Unbind(p.Context(), bound, false); err != nil {
				p.Error(err)
			}
		})}
	}
}

// depart notes that the user has left.
func (p *performance) depart() {
	now := time.Now()
	err := p.store.StoreRecord(p.Context(), "gone#"+events.Secret(appSecret, sealKey).Hash("departure", events.UserID), login.Record{
		Version: login.NewID(), Value: strconv.AppendInt(nil, now.UnixMilli(), 10), ExpiresAt: now.Add(time.Minute),
	})
	if err != nil {
		p.Error(err)
	}
}

// loggedOutMeanwhile ends the user's sessions right before a transaction.
func loggedOutMeanwhile(p *performance) dynamotest.Rule {
	return dynamotest.Rule{Operation: "TransactWriteItems", Fault: dynamotest.Before(func() {
		if err := p.store.LogoutUser(p.Context(), events.UserID, login.NewID()); err != nil {
			p.Error(err)
		}
	})}
}

// leaving deletes the user just before the function stores what the directory says about
// them. The function continues once they are gone.
func leaving(p *performance) dynamotest.Rule {
	bootstrap := built(p, "./account")
	leave := sync.OnceFunc(func() {
		c, err := events.CaseNamed("account-delete-good")
		if err != nil {
			p.Error(err)
			return
		}
		event, err := p.scene.Event(c)
		if err != nil {
			p.Error(err)
			return
		}
		account := lambdatest.Start(p, bootstrap, p.free)
		p.farewell.Go(func() {
			if out, err := p.output(account, event); err != nil || !bytes.Contains(out, []byte(`"statusCode":200`)) {
				p.Errorf("the user does not leave: %s, %v", out, err)
			}
		})
	})
	return dynamotest.Rule{
		Operation: "UpdateItem", Times: dynamotest.Always,
		Body: describing,
		Fault: dynamotest.Before(func() {
			leave()
			for p.Context().Err() == nil {
				if _, err := p.store.UserByID(p.Context(), events.UserID); errors.Is(err, login.ErrUserNotFound) {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
		}),
	}
}
