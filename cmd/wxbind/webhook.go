package main

import (
	"context"
	"log/slog"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/outbox"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
	"github.com/wxbind/wxbind/pkg/webhook"
)

const (
	// envWebhook is the setting of webhookFlag.
	envWebhook = "WXBIND_WEBHOOK"
	// webhookOff is the value with which no notices are kept.
	webhookOff = "off"
)

// webhookFlag says where notices go. The flag goes before its environment variable.
type webhookFlag struct {
	Webhook string `help:"Where to send notices of what happens to users: an https URL of the platform. \"off\" keeps none from now on." placeholder:"URL" type:"given"`
}

// address is the URL, webhookOff, or "" if nothing is set, and the setting that says so.
func (f webhookFlag) address(getenv func(string) string) (address, setting string) {
	if f.Webhook != "" {
		return f.Webhook, "--webhook"
	}
	return getenv(envWebhook), envWebhook
}

// sender sends to the address, signed with the key that the secrets hold.
func (f webhookFlag) sender(getenv func(string) string, secrets login.Secrets) (*webhook.Sender, error) {
	address, setting := f.address(getenv)
	sender, err := webhook.New(webhook.Config{URL: address, Secrets: secrets})
	if err != nil {
		return nil, errorf("%s: %w", setting, translated(err))
	}
	return sender, nil
}

// chooseWebhook chooses where notices go.
func (f *farSide) chooseWebhook(flag webhookFlag, getenv func(string) string) (err error) {
	switch address, _ := flag.address(getenv); address {
	case "":
		return nil
	case webhookOff:
		f.noNotices = true
		return nil
	}
	f.webhook, err = flag.sender(getenv, f.secrets)
	return err
}

// deliveries makes the store keep notices if there is somebody to send them to, and no more if the operator says so. Else it leaves
// that as it was, and warns if some wait. The result is nil if nothing is sent.
func (f *farSide) deliveries(ctx context.Context, store *sqlitestore.Store) (*outbox.Worker, error) {
	switch {
	case f.webhook != nil:
		return outbox.NewWorker(store, f.webhook), store.WantNotices(ctx, true)
	case f.noNotices:
		return nil, store.WantNotices(ctx, false)
	}
	return nil, warnOfNotices(ctx, store)
}

// warnOfNotices says that notices are kept and nobody sends them, and of how many users some wait.
func warnOfNotices(ctx context.Context, store *sqlitestore.Store) error {
	wanted, err := store.NoticesWanted(ctx)
	if err != nil {
		return err
	}
	users, since, err := outbox.Count(ctx, store)
	if err != nil || !wanted && users == 0 {
		return err
	}
	said := []any{"users", users}
	if users > 0 {
		said = append(said, "since", since.UTC())
	}
	if wanted {
		slog.WarnContext(ctx, "notices to the platform are kept, and nobody sends them: set --webhook, or --webhook off to keep no more", said...)
	} else {
		slog.WarnContext(ctx, "notices to the platform wait, and nobody sends them: `wxbind outbox send` does", said...)
	}
	return nil
}

// deliver runs a Worker, if there is one, until stop is called, which waits for what is under way.
func deliver(ctx context.Context, w *outbox.Worker) (stop func()) {
	if w == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		w.Run(ctx)
		close(ended)
	}()
	return func() {
		cancel()
		<-ended
	}
}
