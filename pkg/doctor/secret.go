package doctor

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

// Secret reads the secret, and asks WeChat about each of its apps. do is the advice for a secret that cannot be used.
func Secret(read func(context.Context) (*login.Secret, error), do string, w WeChat) Check {
	return Check{Run: func(ctx context.Context) []Finding {
		secret, err := read(ctx)
		if err != nil {
			if e, isOurs := errors.AsType[*login.Error](err); isOurs && e.Cause != nil {
				err = e.Cause // its code is for clients
			}
			return []Finding{
				fail("secret", err.Error(), do),
				skip("WeChat", "the secret says which apps to ask about"),
			}
		}
		var list []login.App
		for _, id := range slices.Sorted(maps.Keys(secret.Apps)) {
			list = append(list, secret.Apps[id])
		}
		return append([]Finding{ok("secret", Describe(secret))}, apps(ctx, w, list)...)
	}}
}

// Describe says what a secret contains, without any value.
func Describe(s *login.Secret) string {
	var names []string
	for _, id := range slices.Sorted(maps.Keys(s.Apps)) {
		if id == s.DefaultApp && len(s.Apps) > 1 {
			id += " (default)"
		}
		names = append(names, id)
	}
	text := fmt.Sprintf("well formed: %s, %s", strings.Join(names, ", "), count(len(s.SealKeys), "seal key"))
	if len(s.Services) > 0 {
		var ids []string
		for _, service := range s.Services {
			ids = append(ids, service.ID)
		}
		text += fmt.Sprintf(", %s (%s)", count(len(s.Services), "service"), strings.Join(ids, ", "))
	}
	if s.DirectoryKey != "" {
		text += ", a directory key"
	}
	return text
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
