package main

import (
	"context"
	"errors"
	"strings"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/doctor"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/secrets"
)

// indexKeyAdded is what a command says that has added the index key.
const indexKeyAdded = "added an index key, by which users are found for ever; keep a copy of the secret as long as there are users"

type secretAppSetCmd struct {
	secretFlags
	confirmed
	AppID          string `arg:"" name:"appid" help:"The mini-program."`
	Register       string `help:"How somebody who is no user becomes one: ask, phone and launch, with commas, or none." placeholder:"WAY,…" type:"given"`
	LinkUnionID    *bool  `help:"Know who is bound in another mini-program by the unionid." name:"link-union-id" negatable:""`
	Rebind         *bool  `help:"Let the right password replace the user's binding of another WeChat." negatable:""`
	PhoneTrustDays *int   `help:"For how many days a confirmed phone number logs its user in by itself; 0 for none." name:"phone-trust-days" placeholder:"N"`
	AcceptFrom     string `help:"Other mini-programs whose self-registered users are let in, with commas, or none." placeholder:"APPID,…" type:"given"`
	NewPrefetchKey bool   `help:"Make a new key for WeChat's pre-fetch, and print the address for its console once." xor:"prefetch"`
	NoPrefetchKey  bool   `help:"Remove the key, so that no request counts as WeChat's pre-fetch." xor:"prefetch"`
	appPushFlags
}

// errUnchanged ends a change that would change nothing.
var errUnchanged = errorf("nothing to change")

// Run changes what a mini-program lets people do, its key for the pre-fetch or its settings of pushes, and prints what is different.
func (c secretAppSetCmd) Run(ctx context.Context, t console) error {
	change := c.policy()
	if change == (secrets.PolicyChange{}) && !c.NewPrefetchKey && !c.NoPrefetchKey && c.appPushFlags == (appPushFlags{}) {
		return errorf("say what to set: --register, --link-union-id, --rebind, --phone-trust-days, --accept-from, --new-prefetch-key, --no-prefetch-key, --new-push, --push-from, --push-closed or --no-push")
	}
	push, err := c.settings(ctx, t)
	if err != nil {
		return err
	}
	var prefetch login.Hidden
	api := ""
	if c.NewPrefetchKey || c.NewPush {
		s, _, err := c.find(ctx)
		if err != nil {
			return err
		}
		prefetch, api = newKey(), s.api()
	}
	var before, after *login.Secret // before is nil if it is not well formed
	key, added := newKey(), false
	err = c.changeAsking(ctx, t, c.confirmed, func(d *secrets.Draft) string {
		if !d.LacksIndexKey() {
			return ""
		}
		return textf("The secret has no index key, and a mini-program needs one. If there was one, put that one back: with another, nobody is found any more. Add a new one?")
	}, func(d *secrets.Draft) (err error) {
		before, _ = parsed(d)
		if err := d.ChangePolicy(c.AppID, change); err != nil {
			return err
		}
		if c.NewPrefetchKey || c.NoPrefetchKey {
			if err := d.SetPrefetchKey(c.AppID, prefetch); err != nil {
				return err
			}
		}
		if err := c.changePush(d, c.AppID, push); err != nil {
			return err
		}
		added = d.AddIndexKey(key)
		if after, err = parsed(d); err != nil {
			return err
		}
		if before != nil && !added && len(c.differences(before, after)) == 0 && before.Apps[c.AppID].Push == after.Apps[c.AppID].Push {
			return errUnchanged
		}
		return nil
	})
	if errors.Is(err, errUnchanged) {
		sayf(t.out, "%s has that policy already\n", c.AppID)
		return nil
	}
	if err != nil {
		return err
	}
	sayf(t.out, "set what %s lets people do\n", c.AppID)
	for _, line := range c.differences(before, after) {
		sayf(t.out, "  %s\n", line)
	}
	if added {
		sayf(t.out, "%s\n", whole(indexKeyAdded))
	}
	sayf(t.out, "running functions may keep to the policy of before for up to 10 minutes\n")
	for _, w := range doctor.PolicyWarnings(after) {
		sayf(t.err, "warning: %s; %s\n", foreign(w.Says), foreign(w.Do))
	}
	if c.NewPush {
		if err := printPush(t, api, c.AppID, push); err != nil {
			return err
		}
	}
	if c.NewPrefetchKey {
		return printPrefetchAddress(t, api, prefetch)
	}
	return nil
}

// printPrefetchAddress prints the address for WeChat's console. api is where the stack is called, "" if that is unknown.
func printPrefetchAddress(t console, api string, key login.Hidden) error {
	sayf(t.out, "in WeChat's console, under 开发管理 → 开发设置 → 数据预加载, enter this address; its key is shown only this once:\n")
	if api == "" {
		api = "https://YOUR.DOMAIN"
	}
	return printKey(t, login.Hidden(api+apigw.CheckBind.Path+"?prefetchKey=")+key)
}

// policy is what the flags change.
func (c secretAppSetCmd) policy() secrets.PolicyChange {
	change := secrets.PolicyChange{LinkUnionID: c.LinkUnionID, Rebind: c.Rebind, PhoneTrustDays: c.PhoneTrustDays}
	if c.Register != "" {
		change.Register = new(wordsOf[login.Registration](c.Register))
	}
	if c.AcceptFrom != "" {
		change.AcceptFrom = new(wordsOf[string](c.AcceptFrom))
	}
	return change
}

// wordsOf splits a list of the command line. "none" is an empty one.
func wordsOf[S ~string](text string) []S {
	words := []S{}
	if text == "none" {
		return words
	}
	for word := range strings.SplitSeq(text, ",") {
		words = append(words, S(strings.TrimSpace(word)))
	}
	return words
}

// parsed is the secret that a draft makes.
func parsed(d *secrets.Draft) (*login.Secret, error) {
	raw, err := d.Bytes()
	if err != nil {
		return nil, err
	}
	return secrets.Parse(raw)
}

// differences are the lines of the policy that are not as before. Without a before all are.
func (c secretAppSetCmd) differences(before, after *login.Secret) []string {
	var was []doctor.PolicyLine
	if before != nil {
		was = doctor.DescribePolicy(before, before.Apps[c.AppID])
	}
	var lines []string
	for i, is := range doctor.DescribePolicy(after, after.Apps[c.AppID]) {
		switch {
		case was == nil:
			lines = append(lines, textf("%s is %s: %s", is.Name, is.Value, foreign(is.Says)))
		case was[i].Value != is.Value:
			lines = append(lines, textf("%s was %s and is now %s: %s", is.Name, was[i].Value, is.Value, foreign(is.Says)))
		case is.Name == "prefetchKey" && c.NewPrefetchKey:
			lines = append(lines, textf("prefetchKey is another one than before: %s", foreign(is.Says)))
		case is.Name == "push" && before.Apps[c.AppID].Push != after.Apps[c.AppID].Push:
			lines = append(lines, textf("push has another Token or EncodingAESKey than before: %s", foreign(is.Says)))
		}
	}
	return lines
}
