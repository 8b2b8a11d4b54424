package app

import (
	"context"
	"log/slog"
	"os"
	"sync"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
)

// Start runs a function of these routes, made of these parts, until Lambda ends
// the process. A setting that is missing or wrong is named in the log and ends it
// at once.
func Start(parts Parts, routes ...apigw.Route) {
	f := begin(parts)
	lambda.Start(apigw.New(apigw.Config{Service: login.New(f.config), Metrics: f.metrics(os.Stdout)}, routes...))
}

// StartAuthorizer runs the authorizer as Start runs a function.
func StartAuthorizer() {
	f := begin(OnSessions)
	lambda.Start(apigw.NewAuthorizer(apigw.AuthorizerConfig{
		Verifier: login.Verifier{Presence: f.config.Store}, Metrics: f.metrics(os.Stdout),
	}))
}

// begin makes a function of its parts and warms it.
func begin(parts Parts) *function {
	SetLogger(os.Stdout)
	f, err := parts(os.Getenv)
	if err != nil {
		slog.Error("cannot start", "error", err.Error())
		os.Exit(1)
	}
	f.warm(context.Background())
	return f
}

// warm fetches the secret and opens the first connections, all at once, while
// Lambda gives a starting function more processor than a running one. What it
// cannot do in time the first request does.
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
	// The SDK's call is the longest way down. It needs no goroutine, with a thread and a
	// stack of its own.
	f.steps[0].warm(ctx)
	wg.Wait()
}

func (s step) warm(ctx context.Context) {
	if err := s.do(ctx); err != nil {
		slog.Warn("not warm", "part", s.part, "error", err.Error())
	}
}
