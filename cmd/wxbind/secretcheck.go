package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
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
}

// Run reports whether the secret can be read and is well formed, and what it contains.
func (c secretCheckCmd) Run(ctx context.Context, t console) error {
	secret, err := c.read(ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(t, checkedOf(secret))
	}
	fmt.Fprintln(t.out, doctor.Describe(secret))
	return nil
}

// read reads the secret that a stack's functions read, or that serve reads.
func (c secretCheckCmd) read(ctx context.Context) (*login.Secret, error) {
	if c.Stack != "" {
		v, err := c.vault(ctx)
		if err != nil {
			return nil, err
		}
		return v.Secret(ctx)
	}
	key, err := doctor.SealKeyIn(sealKeyIn(cmp.Or(c.Data, defaultData)))
	if err != nil {
		return nil, err
	}
	static, err := secrets.FromEnv(os.Getenv, key)
	if errors.Is(err, secrets.ErrNotSet) {
		return nil, fmt.Errorf("%w: `wxbind serve` uses a stand-in for WeChat", err)
	}
	if err != nil {
		return nil, err
	}
	return static.Secret(ctx)
}

func checkedOf(s *login.Secret) checkedSecret {
	c := checkedSecret{
		Apps: slices.Sorted(maps.Keys(s.Apps)), DefaultApp: s.DefaultApp,
		Services: []string{}, DirectoryKey: s.DirectoryKey != "",
	}
	for _, k := range s.SealKeys {
		c.SealKeys = append(c.SealKeys, k.ID)
	}
	for _, k := range s.Services {
		c.Services = append(c.Services, k.ID)
	}
	return c
}
