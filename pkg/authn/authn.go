// Package authn is for the platform's Go services that are not behind the Lambda
// authorizer. It says whose token a request carries. It needs only a store, not the
// operator's secret and not WeChat.
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

// defaultTimeout bounds one verification: a round trip, perhaps with a retry, and
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
	// Logger gets a line when a token could not be verified or a visit not recorded; nil
	// means slog.Default(). No line contains a token.
	Logger *slog.Logger
}

// Guard verifies tokens. It keeps no state and is safe for concurrent use.
type Guard struct {
	verifier login.Verifier
	timeout  time.Duration
	logger   *slog.Logger
}

// New returns a Guard.
func New(c Config) *Guard {
	if c.Timeout <= 0 {
		c.Timeout = defaultTimeout
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	return &Guard{login.Verifier{Presence: c.Presence, Now: c.Now}, c.Timeout, c.Logger}
}

// Visitor is the user whom a request comes from. It has what the Lambda authorizer
// passes on, and the names.
type Visitor struct {
	UserID string
	// Username and Name are for people and may change. UserID never changes.
	Username, Name string
	Roles          []string
	// AppID is the mini-program. OpenIDHash stands for the openid in it.
	AppID, OpenIDHash string
}

// Verify says whose token it is. It takes one round trip to the store, and now and then
// a write that records the visit. It ends within Config.Timeout.
//
// Errors: a login.Code whose EndsSession is true says why the token has no live session.
// login.StoreUnavailable means that the store cannot answer.
func (g *Guard) Verify(ctx context.Context, token login.Hidden) (Visitor, error) {
	ctx, cancel := context.WithTimeout(ctx, g.timeout)
	defer cancel()
	trail := &login.Trail{}
	v, err := g.verifier.Verify(login.WithTrail(ctx, trail), token)
	for _, lapse := range trail.Lapses {
		g.logger.LogAttrs(ctx, slog.LevelWarn, "a visit was not recorded", slog.String("cause", lapse.Error()))
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

// FromContext returns the visitor whom Middleware has let in.
func FromContext(ctx context.Context) (Visitor, bool) {
	v, ok := ctx.Value(visitorKey{}).(Visitor)
	return v, ok
}
