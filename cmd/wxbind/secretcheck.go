package main

import (
	"cmp"
	"context"
	"maps"
	"os"
	"slices"

	"github.com/wxbind/wxbind/pkg/doctor"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/secrets"
)

type secretCheckCmd struct {
	secretFlags
	asJSON
}

// checkedSecret is what a secret contains, without any value.
type checkedSecret struct {
	Apps         []string `json:"apps"`
	DefaultApp   string   `json:"defaultApp"`
	SealKeys     []string `json:"sealKeys"`
	Services     []string `json:"services"`
	DirectoryKey bool     `json:"directoryKey"`
	IndexKey     bool     `json:"indexKey"`
	// Policies are what the mini-programs let people do, by their appid.
	Policies map[string]checkedPolicy `json:"policies"`
	// Warnings are sentences for people.
	Warnings []string `json:"warnings"`
}

// checkedPolicy is a policy in the words of the secret, with what follows from it.
type checkedPolicy struct {
	Register       []login.Registration `json:"register"`
	LinkUnionID    bool                 `json:"linkUnionId"`
	Rebind         bool                 `json:"rebind"`
	PhoneTrustDays int                  `json:"phoneTrustDays"`
	AcceptFrom     []string             `json:"acceptFrom"`
	// PrefetchKey says whether there is one.
	PrefetchKey bool `json:"prefetchKey"`
	// Push is what is done about WeChat's pushes: registered, all or none for what becomes of people who close their WeChat
	// account; plain if they prove nothing; off if there are none.
	Push string `json:"push"`
	// Ways are what the login page shows.
	Ways []login.Way `json:"ways"`
}

// Run reports whether the secret can be read and is well formed, and what it contains.
func (c secretCheckCmd) Run(ctx context.Context, t console) error {
	secret, services, err := c.read(ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(t, checkedOf(secret, services))
	}
	text := doctor.Describe(secret)
	if len(services) > 0 {
		text += ", " + doctor.DescribeServices(services)
	}
	sayf(t.out, "%s\n", foreign(text))
	for _, id := range slices.Sorted(maps.Keys(secret.Apps)) {
		printPolicy(t, secret, secret.Apps[id])
	}
	for _, w := range doctor.PolicyWarnings(secret) {
		sayf(t.out, "warning: %s; %s\n", foreign(w.Says), foreign(w.Do))
	}
	return nil
}

// printPolicy prints what a mini-program lets people do, a line each.
func printPolicy(t console, s *login.Secret, app login.App) {
	sayf(t.out, "%s\n", app.ID)
	for _, line := range doctor.DescribePolicy(s, app) {
		sayf(t.out, "  %-14s  %s: %s\n", line.Name, line.Value, foreign(line.Says))
	}
}

// read reads the secret that a stack's functions read, or that serve reads, and the services.
func (c secretCheckCmd) read(ctx context.Context) (*login.Secret, login.ServiceKeys, error) {
	if c.Stack != "" {
		return c.readStack(ctx)
	}
	key, err := doctor.SealKeyIn(sealKeyIn(cmp.Or(c.Data, defaultData)))
	if err != nil {
		return nil, nil, err
	}
	own, err := ownSecretFrom(ctx, os.Getenv, "", key)
	if err != nil {
		return nil, nil, err
	}
	if own.standIn && own.file == nil {
		return nil, nil, errorf("%w: `wxbind serve` uses a stand-in for WeChat", secrets.ErrNotSet)
	}
	services, err := own.services.ServiceKeys(ctx)
	return own.initial, services, err
}

func (c secretCheckCmd) readStack(ctx context.Context) (*login.Secret, login.ServiceKeys, error) {
	v, err := c.vault(ctx)
	if err != nil {
		return nil, nil, err
	}
	secret, err := v.Secret(ctx)
	if err != nil {
		return nil, nil, err
	}
	if v, err = c.services(ctx); err != nil {
		return nil, nil, err
	}
	services, err := v.ServiceKeys(ctx)
	if err != nil {
		return nil, nil, errorf("the services' secret: %w", err)
	}
	return secret, services, nil
}

func checkedOf(s *login.Secret, services login.ServiceKeys) checkedSecret {
	c := checkedSecret{
		Apps: slices.Sorted(maps.Keys(s.Apps)), DefaultApp: s.DefaultApp,
		Services: services.IDs(), DirectoryKey: s.DirectoryKey != "", IndexKey: s.IndexKey != "",
		Policies: map[string]checkedPolicy{}, Warnings: []string{},
	}
	for id, app := range s.Apps {
		p := app.Policy
		c.Policies[id] = checkedPolicy{
			Register: append([]login.Registration{}, p.Register...), LinkUnionID: p.LinkUnionID, Rebind: p.Rebind,
			PhoneTrustDays: doctor.TrustDays(p), AcceptFrom: append([]string{}, p.AcceptFrom...),
			PrefetchKey: app.PrefetchKey != "", Push: pushOf(app.Push), Ways: s.Ways(app),
		}
	}
	for _, w := range doctor.PolicyWarnings(s) {
		c.Warnings = append(c.Warnings, w.Says)
	}
	for _, k := range s.SealKeys {
		c.SealKeys = append(c.SealKeys, k.ID)
	}
	return c
}

// pushOf is checkedPolicy.Push.
func pushOf(p login.PushSettings) string {
	switch {
	case p.Token == "":
		return "off"
	case p.EncodingAESKey == "":
		return "plain"
	}
	return string(cmp.Or(p.Closed, login.ClosedRegistered))
}
