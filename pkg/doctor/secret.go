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

// Secret reads the secret, warns of policies, and asks WeChat about each of its apps. do is the advice for a secret that cannot be used.
func Secret(read func(context.Context) (*login.Secret, error), do string, w WeChat) Check {
	return Check{Run: func(ctx context.Context) []Finding {
		secret, err := read(ctx)
		if err != nil {
			return []Finding{
				fail("secret", causeOf(err).Error(), do),
				skip("WeChat", "the secret says which apps to ask about"),
			}
		}
		var all []login.App
		for _, id := range slices.Sorted(maps.Keys(secret.Apps)) {
			all = append(all, secret.Apps[id])
		}
		return slices.Concat([]Finding{ok("secret", Describe(secret))}, PolicyWarnings(secret), noPushes(secret), apps(ctx, w, all))
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
	if s.DirectoryKey != "" {
		text += ", a directory key"
	}
	if s.IndexKey != "" {
		text += ", an index key"
	}
	return text
}

// Services reads the keys of the services. do is the advice for a secret that cannot be used.
func Services(read func(context.Context) (login.ServiceKeys, error), do string) Check {
	return Check{Run: func(ctx context.Context) []Finding {
		services, err := read(ctx)
		if err != nil {
			return []Finding{fail("services", causeOf(err).Error(), do)}
		}
		return []Finding{ok("services", "well formed: "+DescribeServices(services))}
	}}
}

// DescribeServices says which services there are.
func DescribeServices(services login.ServiceKeys) string {
	text := count(len(services), "service")
	if len(services) > 0 {
		text += " (" + strings.Join(services.IDs(), ", ") + ")"
	}
	return text
}

// causeOf leaves out the code of an error, which is for clients.
func causeOf(err error) error {
	if e, isOurs := errors.AsType[*login.Error](err); isOurs && e.Cause != nil {
		return e.Cause
	}
	return err
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
