package main

import (
	"cmp"
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// helpCmd is in the list of commands. See helpAsFlag.
type helpCmd struct {
	Command []string `arg:"" optional:"" help:"The command."`
}

// helpAsFlag turns `help user set` into `user set --help`. Flags of all commands may stand before it.
func helpAsFlag(args []string) []string {
	for i := 0; i < len(args); i++ {
		switch arg := args[i]; {
		case arg == "help":
			return append(slices.Delete(slices.Clone(args), i, i+1), "--help")
		case arg == "--lang" || arg == "--log": // the next is its value
			i++
		case !strings.HasPrefix(arg, "-"):
			return args
		}
	}
	return args
}

// versionFlag does what `wxbind version` does.
type versionFlag bool

// BeforeReset implements kong's hook, which runs before anything is missed.
func (versionFlag) BeforeReset(app *kong.Kong) error {
	if err := (versionCmd{}).Run(console{out: app.Stdout, err: app.Stderr}); err != nil {
		return err
	}
	app.Exit(0)
	return nil
}

// withDefault is what the help says of a flag, with its default.
func withDefault(value *kong.Value) string {
	help := kong.DefaultHelpValueFormatter(value)
	if !value.HasDefault || value.Default == "" {
		return help
	}
	return textf("%s (default %s).", strings.TrimRight(help, ".。"), value.Default)
}

// mistake says what is wrong with a command line, and which help to read.
func mistake(err error) string {
	text, command := err.Error(), "wxbind"
	if parse, ok := errors.AsType[*kong.ParseError](err); ok && parse.Context != nil {
		node := commandIn(parse.Context)
		if node != nil {
			command += " " + strings.TrimSpace(strings.TrimPrefix(node.FullPath(), "wxbind"))
		}
		if strings.HasPrefix(text, "expected one of ") {
			text = "say which: " + strings.Join(commandsOf(node, parse.Context.Model.Node), ", ")
		}
	}
	for _, w := range kongWords {
		text = w.said.ReplaceAllString(text, w.instead)
	}
	question := strings.HasSuffix(text, "?")
	text = cmp.Or(translate(text, heardFromKong), text)
	if question {
		return textf("%s Run `%s --help`", text, command)
	}
	return textf("%s; run `%s --help`", text, command)
}

// kongWords are what kong says in Go's words, and what is said instead.
var kongWords = []struct {
	said    *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`expected duration but got (".*?").*`), `$1 is no duration: write it as 24h or 90m`},
	{regexp.MustCompile(`expected a valid \d+ bit u?int but got (".*?").*`), `$1 is no whole number`},
	{regexp.MustCompile(`bool value must be .* but got (".*?").*`), `$1 is neither true nor false`},
	{regexp.MustCompile(`^expected "(.*)"$`), `expected $1`},
	{regexp.MustCompile(`expected an? \w+( value)? but got "EOL".*`), `must not be empty`},
	{regexp.MustCompile(`must be one of (.*?)(,"")? but got`), `must be one of $1, and is`},
}

// commandIn is the innermost command that a command line names, nil for none.
func commandIn(c *kong.Context) (innermost *kong.Node) {
	for _, p := range c.Path {
		if p.Command != nil {
			innermost = p.Command
		}
	}
	return innermost
}

// commandsOf are the names of the commands within a command, or of all.
func commandsOf(node, all *kong.Node) (names []string) {
	if node == nil {
		node = all
	}
	for _, child := range node.Children {
		names = append(names, child.Name)
	}
	return names
}
