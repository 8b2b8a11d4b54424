package login_test

import (
	"context"
	"slices"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

func (h *hooked) HashKinds(ctx context.Context) ([]string, error) {
	return via(h, "HashKinds", func() ([]string, error) { return h.Memory.HashKinds(ctx) })
}

func (h *hooked) AddHashKind(ctx context.Context, kind string) error {
	_, err := via(h, "AddHashKind", func() (any, error) { return nil, h.Memory.AddHashKind(ctx, kind) })
	return err
}

func (h *hooked) ListRoles(ctx context.Context) ([]login.Role, error) {
	return via(h, "ListRoles", func() ([]login.Role, error) { return h.Memory.ListRoles(ctx) })
}

func (h *hooked) EnableUser(ctx context.Context, id string) error {
	_, err := via(h, "EnableUser", func() (any, error) { return nil, h.Memory.EnableUser(ctx, id) })
	return err
}

func (h *hooked) DisableUser(ctx context.Context, id string, notBefore time.Time) error {
	_, err := via(h, "DisableUser", func() (any, error) { return nil, h.Memory.DisableUser(ctx, id, notBefore) })
	return err
}

func (h *hooked) ReplacePassword(ctx context.Context, id string, old, replacement login.Hidden, notBefore time.Time) error {
	_, err := via(h, "ReplacePassword", func() (any, error) { return nil, h.Memory.ReplacePassword(ctx, id, old, replacement, notBefore) })
	return err
}

// called says whether one of the calls so far was op.
func (h *hooked) called(op string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Contains(h.calls, op)
}

// forget makes the calls so far count no more.
func (h *hooked) forget() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls = nil
}

// trailOf gives the trail that do leaves.
func (w *world) trailOf(do func(context.Context)) *login.Trail {
	trail := &login.Trail{}
	do(login.WithTrail(w.Context(), trail))
	return trail
}
