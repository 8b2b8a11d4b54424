package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/wxbind/wxbind/pkg/bom"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/secrets"
	"github.com/wxbind/wxbind/pkg/secrets/awssource"
	"github.com/wxbind/wxbind/pkg/secrets/vault"
)

// secretFlags choose the deployed stack whose secret a command works on.
type secretFlags struct{ storeFlags }

// vault returns the stack's secret. An embedded store has none.
func (f secretFlags) vault(ctx context.Context) (*vault.Vault, error) {
	return f.vaultNamed(ctx, secretOutput)
}

// services returns the stack's secret of the services.
func (f secretFlags) services(ctx context.Context) (*vault.Vault, error) {
	return f.vaultNamed(ctx, servicesOutput)
}

func (f secretFlags) vaultNamed(ctx context.Context, output string) (*vault.Vault, error) {
	s, cfg, err := f.find(ctx)
	if err != nil {
		return nil, err
	}
	id, err := s.secretID(output)
	if err != nil {
		return nil, err
	}
	return &vault.Vault{Client: awssource.NewClient(cfg, ""), SecretID: id}, nil
}

// find looks up the stack. An embedded store has none.
func (f secretFlags) find(ctx context.Context) (*stack, aws.Config, error) {
	if f.Stack == "" {
		return nil, aws.Config{}, errorf("the embedded store has no secret: set WX_APPID, WX_APPSECRET, WX_SERVICES and WX_DIRECTORY_KEY " +
			"in the environment of `wxbind serve`, or edit the file of --secret-file; for a deployed stack use --stack NAME")
	}
	ctx, cancel := context.WithTimeout(ctx, findTime)
	defer cancel()
	cfg, err := awsSettings(ctx)
	if err != nil {
		return nil, aws.Config{}, err
	}
	s, err := findStack(ctx, cfg, f.Stack)
	return s, cfg, err
}

// change changes the secret.
func (f secretFlags) change(ctx context.Context, edit func(*secrets.Draft) error) error {
	v, err := f.vault(ctx)
	if err != nil {
		return err
	}
	return v.Change(ctx, edit)
}

// changeServices changes the secret of the services.
func (f secretFlags) changeServices(ctx context.Context, edit func(*secrets.ServicesDraft) error) error {
	v, err := f.services(ctx)
	if err != nil {
		return err
	}
	return v.ChangeServices(ctx, edit)
}

// changeAsking changes the secret. If question says that the change takes something from somebody, it asks first.
func (f secretFlags) changeAsking(
	ctx context.Context, t console, c confirmed, question func(*secrets.Draft) string, edit func(*secrets.Draft) error,
) error {
	v, err := f.vault(ctx)
	if err != nil {
		return err
	}
	asked := ""
	if err := v.Look(ctx, func(d *secrets.Draft) error { asked = question(d); return nil }); err != nil {
		return err
	}
	if asked != "" {
		if err := c.confirm(ctx, t, asked); err != nil {
			return err
		}
	}
	return v.Change(ctx, edit)
}

type secretSetCmd struct {
	secretFlags
	confirmed
	Default bool `help:"Make it the mini-program of requests that name none."`
}

// Run stores a mini-program's AppSecret.
func (c secretSetCmd) Run(ctx context.Context, t console) error {
	if _, err := c.vault(ctx); err != nil { // fail before the user types a secret in vain
		return err
	}
	app, err := t.newApp(ctx)
	if err != nil {
		return err
	}
	if err := secrets.CheckApp(app); err != nil {
		return err
	}
	key, added := newKey(), false
	err = c.changeAsking(ctx, t, c.confirmed, func(d *secrets.Draft) string {
		if !d.HasApp(app.ID) {
			return ""
		}
		return textf("Replace the AppSecret of %s?", app.ID)
	}, func(d *secrets.Draft) error {
		added = d.IsNew() && d.AddIndexKey(key) // in another secret, one that is missing may have been lost
		d.SetApp(app.ID, app.Secret, c.Default)
		return nil
	})
	if err != nil {
		return err
	}
	if added {
		sayf(t.out, "%s\n", whole(indexKeyAdded))
	}
	sayf(t.out, "set the AppSecret of %s; `wxbind doctor --stack %s` checks it with WeChat\n", app.ID, c.Stack)
	warnOfApps(t, secrets.DoubtsOf(app))
	return nil
}

type secretNewSealKeyCmd struct{ secretFlags }

// Run adds a seal key.
func (c secretNewSealKeyCmd) Run(ctx context.Context, t console) error {
	key, id := newKey(), ""
	err := c.change(ctx, func(d *secrets.Draft) error { id = d.AddSealKey(key); return nil })
	if err != nil {
		return err
	}
	sayf(t.out, "added the seal key %s, which seals from now on; the older ones still open what they sealed\n", id)
	return nil
}

type secretAddServiceCmd struct {
	secretFlags
	ID string `arg:"" help:"The id that the service gives: up to 32 of A-Z a-z 0-9 _ -."`
}

// Run adds a service. Only its key goes to standard output, for a pipe.
func (c secretAddServiceCmd) Run(ctx context.Context, t console) error {
	key := newKey()
	if err := c.changeServices(ctx, func(d *secrets.ServicesDraft) error { return d.Add(c.ID, key) }); err != nil {
		return err
	}
	sayf(t.err, "added the service %s; its key is shown only this once:\n", c.ID)
	return printKey(t, key)
}

// printKey prints a key that can be read nowhere else but in the secret.
func printKey(t console, key login.Hidden) error {
	if _, err := fmt.Fprintln(t.out, string(key)); err != nil {
		return errorf("the key was stored but could not be printed; create another one")
	}
	return nil
}

type secretRemoveServiceCmd struct {
	secretFlags
	confirmed
	ID string `arg:"" help:"The service's id."`
}

// Run removes a service.
func (c secretRemoveServiceCmd) Run(ctx context.Context, t console) error {
	if err := c.confirm(ctx, t, textf("Stop the service %s from introspecting tokens?", c.ID)); err != nil {
		return err
	}
	if err := c.changeServices(ctx, func(d *secrets.ServicesDraft) error { return d.Remove(c.ID) }); err != nil {
		return err
	}
	sayf(t.out, "removed the service %s; running functions may know it for up to 10 minutes\n", c.ID)
	return nil
}

type secretNewDirectoryKeyCmd struct {
	secretFlags
	confirmed
}

// Run sets a new directory key. Only the key goes to standard output, for a pipe.
func (c secretNewDirectoryKeyCmd) Run(ctx context.Context, t console) error {
	key := newKey()
	err := c.changeAsking(ctx, t, c.confirmed, func(d *secrets.Draft) string {
		if !d.HasDirectoryKey() {
			return ""
		}
		return textf("Replace the directory key? Nobody logs in until the platform's directory has the new one.")
	}, func(d *secrets.Draft) error { d.SetDirectoryKey(key); return nil })
	if err != nil {
		return err
	}
	sayf(t.err, "set the directory key. Give it to the platform's directory; it is shown only this once:\n")
	return printKey(t, key)
}

// maxSecretInput bounds how much is read from standard input, in bytes.
const maxSecretInput = 64 << 10

// newApp asks for an AppID and its AppSecret on a terminal, without showing the AppSecret. Without a terminal it reads
// {"appId":"…","appSecret":"…"} from standard input.
//
// Errors: errInterrupted if ctx ends first. None contains a value.
func (c console) newApp(ctx context.Context) (login.App, error) {
	terminal, ok := terminalOf(c.in)
	if !ok {
		return unlessInterrupted(ctx, c.appJSON)
	}
	sayf(c.err, "AppID: ")
	id, err := unlessInterrupted(ctx, func() (string, error) { return bufio.NewReader(c.in).ReadString('\n') })
	if err != nil {
		return login.App{}, err
	}
	secret, err := c.prompt(ctx, terminal, "AppSecret: ")
	if err != nil {
		return login.App{}, err
	}
	return login.App{ID: strings.TrimSpace(id), Secret: login.Hidden(strings.TrimSpace(string(secret)))}, nil
}

func (c console) appJSON() (login.App, error) {
	text, err := io.ReadAll(io.LimitReader(c.in, maxSecretInput+1))
	if err != nil {
		return login.App{}, errorf("cannot read standard input")
	}
	if len(text) > maxSecretInput {
		return login.App{}, errorf("standard input is larger than %d bytes", maxSecretInput)
	}
	var app struct {
		AppID     string `json:"appId"`
		AppSecret string `json:"appSecret"`
	}
	decoder := json.NewDecoder(bytes.NewReader(bom.Trim(text)))
	decoder.DisallowUnknownFields()
	// The decoder's own errors may quote a value.
	if err := decoder.Decode(&app); err != nil || app.AppID == "" || app.AppSecret == "" {
		return login.App{}, errorf(`standard input must be {"appId":"…","appSecret":"…"}`)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return login.App{}, errorf("standard input contains more than one JSON value")
	}
	return login.App{ID: app.AppID, Secret: login.Hidden(app.AppSecret)}, nil
}
