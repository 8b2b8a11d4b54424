// Package playground is the page that `wxbind serve` shows in a browser with the stand-in for WeChat: a phone that runs the
// example mini-program, the steps of every request as they happen, and what the store holds. It stands around the API, whose
// routes it leaves as they are.
//
// Whoever reaches it may act as an operator, without a key. So it is only for a listener on loopback and for people whom
// the stand-in has made up; what guards it against other pages in the same browser is in guard.go
// (docs/decisions/page-without-a-key.md).
package playground

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// App is a mini-program that the phone can open.
type App struct {
	AppID string `json:"appId"`
	Name  string `json:"name"`
}

// About is what the page is told of the process.
type About struct {
	Apps []App `json:"apps"`
	// DemoUser is the username of the user whose password serve has printed, "" if there is none.
	DemoUser string `json:"demoUser"`
	Version  string `json:"version"`
	// StandIn and Base are the addresses of the stand-in and of the API.
	StandIn string `json:"standIn"`
	Base    string `json:"base"`
}

// Store is what the page reads of a store: sqlitestore has it.
type Store interface {
	Newest(ctx context.Context, most int) (sqlitestore.Newest, error)
	Changes(ctx context.Context) (int64, error)
}

// Config holds what a Playground needs.
type Config struct {
	About About
	Store Store
	// Admin does what an operator does. Its audit lines go to Logger, with By, who runs the process.
	Admin  *admin.Service
	Logger *slog.Logger
	By     string
	// Pusher returns what pushes to a mini-program of the stand-in as WeChat does; nil means that no push is taken.
	//
	// Errors: login.AppIDUnknown; login.PushOff for a mini-program without a Token; login.SecretUnavailable.
	Pusher func(ctx context.Context, appID string) (wechattest.Pusher, error)
	// Origins are those of the pages that may call the API, as in localgw.CORS. They may not act as operators.
	Origins []string
	// Phone has runtime.js and example.js, read anew at each request; nil means those that are built in.
	Phone fs.FS
}

// Playground is the page and the record of what happens. Close it to end its streams. A nil Playground shows and records
// nothing.
type Playground struct {
	about  About
	store  Store
	admin  *admin.Service
	logger *slog.Logger
	by     string
	pusher func(ctx context.Context, appID string) (wechattest.Pusher, error)
	phone  fs.FS
	guard  guard
	steps  *steps
	flows  *flows
	people *people
	watch  *watch
	// streams has a place for each open stream.
	streams chan struct{}
	closed  chan struct{}
	close   func()
}

// New makes a Playground.
func New(c Config) *Playground {
	p := &Playground{
		about: c.About, store: c.Store, admin: c.Admin, logger: c.Logger, by: c.By, phone: c.Phone,
		guard: newGuard(c.Origins), steps: &steps{}, flows: newFlows(), people: newPeople(c.About.Apps),
		streams: make(chan struct{}, maxStreams), closed: make(chan struct{}),
	}
	if p.pusher = c.Pusher; p.pusher == nil {
		p.pusher = noPusher
	}
	p.watch = newWatch(p)
	p.close = sync.OnceFunc(func() { close(p.closed) })
	return p
}

// Close ends all streams. The rest goes on.
func (p *Playground) Close() {
	if p != nil {
		p.close()
	}
}

// Handler serves the page, and the API, whose requests it records.
func (p *Playground) Handler(api http.Handler) http.Handler {
	if p == nil {
		return api
	}
	page, recorded := p.page(), p.record(api)
	return p.guard.handler(page, recorded)
}

// add adds a step, which tell fills in once somebody looks; nil for one that is whole.
func (p *Playground) add(s Step, tell func(*Step)) {
	if s.At == 0 {
		s.At = time.Now().UnixMilli()
	}
	p.steps.add(s, tell)
}
