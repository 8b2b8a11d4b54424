package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/bom"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/secrets"
)

// appPushFlags are those of `secret app set` about what WeChat pushes.
type appPushFlags struct {
	NewPush    bool   `help:"Make a new Token and EncodingAESKey for WeChat's pushes, and print them for its console once." xor:"push"`
	PushFrom   string `help:"Take the Token and the EncodingAESKey from a file of JSON; - is standard input." placeholder:"FILE" xor:"push" type:"given"`
	NoPush     bool   `help:"Remove them, so that no push is taken." xor:"push,closed"`
	PushClosed string `help:"Whom to delete when they have closed the WeChat account of their last binding: registered (those who registered by themselves), all or none." placeholder:"WHOM" xor:"closed" type:"given"`
}

// settings are the Token and the EncodingAESKey that the flags give, none if they give none.
func (f appPushFlags) settings(ctx context.Context, t console) (login.PushSettings, error) {
	switch {
	case f.NewPush:
		return newPush(), nil
	case f.PushFrom != "":
		return unlessInterrupted(ctx, func() (login.PushSettings, error) { return readPush(f.PushFrom, t.in) })
	}
	return login.PushSettings{}, nil
}

// newPush makes a Token and an EncodingAESKey, of the lengths that WeChat's console takes: 3 to 32, and 43.
func newPush() login.PushSettings {
	return login.PushSettings{Token: newKey()[:26], EncodingAESKey: newKey()[:43]}
}

// changePush changes a draft as the flags say. push is what settings returned.
func (f appPushFlags) changePush(d *secrets.Draft, appID string, push login.PushSettings) error {
	if f.NewPush || f.PushFrom != "" || f.NoPush {
		if err := d.SetPush(appID, push.Token, push.EncodingAESKey); err != nil {
			return err
		}
	}
	if f.PushClosed != "" {
		return d.SetPushClosed(appID, login.Closed(f.PushClosed))
	}
	return nil
}

// readPush reads {"token":"…","encodingAESKey":"…"} from a file, or from standard input if path is "-". Errors contain no value.
func readPush(path string, stdin io.Reader) (login.PushSettings, error) {
	in := stdin
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return login.PushSettings{}, err
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, maxSecretInput+1))
	if err != nil {
		return login.PushSettings{}, errorf("cannot read %s", path)
	}
	if len(text) > maxSecretInput {
		return login.PushSettings{}, errorf("%s is larger than %d bytes", path, maxSecretInput)
	}
	var push struct {
		Token          string `json:"token"`
		EncodingAESKey string `json:"encodingAESKey"`
	}
	decoder := json.NewDecoder(bytes.NewReader(bom.Trim(text)))
	decoder.DisallowUnknownFields()
	// The decoder's own errors may quote a value.
	if err := decoder.Decode(&push); err != nil || push.Token == "" {
		return login.PushSettings{}, errorf(`%s must contain {"token":"…","encodingAESKey":"…"}`, path)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return login.PushSettings{}, errorf("%s contains more than one JSON value", path)
	}
	return login.PushSettings{Token: login.Hidden(push.Token), EncodingAESKey: login.Hidden(push.EncodingAESKey)}, nil
}

// pushAddress is where WeChat pushes for a mini-program. api is where the routes begin.
func pushAddress(api, appID string) string {
	return api + strings.ReplaceAll(apigw.Push.Path, "{appId}", appID)
}

// printPush prints what WeChat's console must be told. api is where the stack is called, "" if that is unknown.
func printPush(t console, api, appID string, push login.PushSettings) error {
	sayf(t.out, "in WeChat's console, under 开发管理 → 消息推送, choose the secure mode (安全模式) and enter these; they are shown only this once:\n")
	if api == "" {
		api = "https://YOUR.DOMAIN"
	}
	_, err := fmt.Fprintf(t.out, "  URL             %s\n  Token           %s\n  EncodingAESKey  %s\n",
		pushAddress(api, appID), string(push.Token), string(push.EncodingAESKey))
	if err != nil {
		return errorf("the key was stored but could not be printed; create another one")
	}
	return nil
}
