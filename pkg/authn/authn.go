// Package authn is for Go services of the platform that are not behind the Lambda
// authorizer: it says whose token a request carries. It needs a store and nothing
// else, neither the operator's secret nor WeChat.
//
// docs/authn.md compares it with the other two ways, the authorizer and
// introspection.
package authn

import (
	"context"
	"log/slog"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// defaultTimeout bounds one verification: a round trip, perhaps with a repeat, and
// now and then a write.
const defaultTimeout = 2 * time.Second

// Config configures a Guard.
type Config struct {
	// Presence is the store, such as a *dynamostore.Store or a *sqlitestore.Store.
	Presence login.Presence
	// Timeout bounds one verification; 0 means 2 s.
	Timeout time.Duration
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Logger is told why a token could not be verified, and of visits that could not be
	// written down; nil means slog.Default(). It is told no token.
	Logger *slog.Logger
}

// Guard verifies tokens. It keeps no state and is safe for concurrent use.
type Guard struct {
	verifier login.Verifier
	timeout  time.Duration
	logger   *slog.Logger
}

// New makes a Guard.
func New(c Config) *Guard {
	if c.Timeout <= 0 {
		c.Timeout = defaultTimeout
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	return &Guard{login.Verifier{Presence: c.Presence, Now: c.Now}, c.Timeout, c.Logger}
}

// Visitor is who a request comes from: what the Lambda authorizer hands on, and
// the names.
type Visitor struct {
	UserID string
	// Username and Name are for people; UserID is what stays.
	Username, Name string
	Roles          []string
	// AppID is the mini-program, and OpenIDHash stands for the openid in it.
	AppID, OpenIDHash string
}

// Verify says whose a token is: one round trip to the store, and now and then a
// write that marks the visit. It ends within Config.Timeout.
//
// Errors: a login.Code for which EndsSession is true says why the token is nobody's
// living session; else the store cannot answer, login.StoreUnavailable.
func (g *Guard) Verify(ctx context.Context, token login.Hidden) (Visitor, error) {
	ctx, cancel := context.WithTimeout(ctx, g.timeout)
	defer cancel()
	trail := &login.Trail{}
	v, err := g.verifier.Verify(login.WithTrail(ctx, trail), token)
	for _, lapse := range trail.Lapses {
		g.logger.LogAttrs(ctx, slog.LevelWarn, "a visit was not written down", slog.String("cause", lapse.Error()))
	}
	if err != nil {
		return Visitor{}, err
	}
	return Visitor{
		UserID: v.User.ID, Username: v.User.Username, Name: v.User.Name, Roles: v.User.Roles,
		AppID: v.Session.AppID, OpenIDHash: v.Session.OpenIDHash,
	}, nil
}

type visitorKey struct{}

// FromContext gives the visitor whom Middleware has let in.
func FromContext(ctx context.Context) (Visitor, bool) {
	v, ok := ctx.Value(visitorKey{}).(Visitor)
	return v, ok
}
