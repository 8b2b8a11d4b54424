package app

import (
	"context"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/needs"
	"github.com/wxbind/wxbind/pkg/origin"
	"github.com/wxbind/wxbind/pkg/upstream"
)

// Routes are the routes of one function, at least one.
type Routes []apigw.Route

func (r Routes) needs() needs.Set {
	var all needs.Set
	for _, route := range r {
		all |= route.Needs()
	}
	return all
}

// Start runs a function that serves these routes, until Lambda ends the process. The
// parts are those that the routes need. If a part is missing or not needed, or a setting
// is missing or wrong, Start names it in the log and exits.
func Start(routes Routes, parts ...Part) {
	f := begin(routes[0].Function, routes.needs(), parts)
	lambda.Start(apigw.New(apigw.Config{
		Service: login.New(f.config), Log: f.log(os.Stdout), Origin: &origin.Finder{Rules: f.settings.Origin},
	}, routes...))
}

// StartAuthorizer runs the authorizer, as Start runs a function.
func StartAuthorizer(parts ...Part) {
	f := begin(apigw.AuthorizerFunction, apigw.AuthorizerNeeds, parts)
	lambda.Start(apigw.NewAuthorizer(apigw.AuthorizerConfig{
		Verifier: login.Verifier{Presence: f.config.Store}, Log: f.log(os.Stdout), Origin: &origin.Finder{Rules: f.settings.Origin},
	}))
}

// begin makes a function from its parts and warms it.
func begin(name string, needed needs.Set, parts []Part) *function {
	SetLogger(Logger(os.Stdout, slog.LevelInfo))
	var f *function
	err := checkParts(name, needed, parts)
	if err == nil {
		f, err = newFunction(os.Getenv, needed, parts)
	}
	if err != nil {
		slog.Error("cannot start", "error", err.Error())
		os.Exit(1)
	}
	if f.settings.overTLS(needed) {
		upstream.LoadRoots()
	}
	f.warm(context.Background())
	time.AfterFunc(settled, func() { fitRuntime(os.Getenv, needed.Has(needs.Passwords)) })
	return f
}

// warmTime bounds how long a start spends on warming.
const warmTime = 500 * time.Millisecond

// warm fetches the secret and opens the first connections, all at the same time.
// Lambda gives a starting function more processor than a running one. What warm
// cannot finish in time is left to the first request.
func (f *function) warm(ctx context.Context) {
	if len(f.steps) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, warmTime)
	defer cancel()
	f.warming.Store(true)
	defer f.warming.Store(false)
	var wg sync.WaitGroup
	for _, s := range f.steps[1:] {
		wg.Go(func() { s.warm(ctx) })
	}
	// The SDK's call goes deepest. Made here, it does not need a goroutine with a thread
	// and a stack of its own.
	f.steps[0].warm(ctx)
	wg.Wait()
}

func (s step) warm(ctx context.Context) {
	if err := s.do(ctx); err != nil {
		slog.Warn("not warm", "part", s.part, "error", err.Error())
	}
}
