// Command cmd lists the cases of package events. Given a name, it prints the event of
// that case, for `sam local invoke --event -`.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"text/tabwriter"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/login"
)

const usage = `Usage: go run ./events/cmd [NAME] [flags]

Prints the event of a case, for sam local invoke --event -. Without a name it
lists all cases: what is played before each, and how it is answered.

`

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run returns the exit status: 0, or 2 with a line that says what is wrong.
func run(arguments []string, stdout, stderr io.Writer) int {
	if err := show(arguments, stdout); err != nil {
		fmt.Fprintln(stderr, strings.TrimPrefix(err.Error(), "events: "))
		return 2
	}
	return 0
}

func show(arguments []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("events", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // errors are returned
	code := flags.String("code", "", "the `code` from wx.login(), to replace one of the stand-in's such as alice-1")
	token := flags.String("token", "", "the `token` of a login, if the event needs one")
	session := flags.String("session", "", "the `id` of a session, if the event needs one")
	opened := flags.String("opened", "", "the `code` of the login, if the event has encrypted data and no code")

	name, err := parse(flags, arguments)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, usage)
		flags.SetOutput(stdout)
		flags.PrintDefaults()
		return nil
	}
	if err != nil {
		return err
	}
	if name == "" {
		return list(stdout)
	}
	c, err := events.CaseNamed(name)
	if err != nil {
		return fmt.Errorf("%w; go run ./events/cmd lists them", err)
	}
	plain, err := c.Event()
	if err != nil {
		return err
	}
	for _, given := range []struct{ flag, value, place string }{
		{"code", *code, ""}, {"token", *token, events.TokenHere}, {"session", *session, events.SessionHere},
	} {
		if given.value != "" && !unescaped.MatchString(given.value) {
			return fmt.Errorf("-%s is not a %s: it may contain only letters, digits and -._~", given.flag, given.flag)
		}
		if given.value != "" && !strings.Contains(string(plain), given.place) {
			return fmt.Errorf("%s takes no -%s", name, given.flag)
		}
	}
	scene := events.Scene{Code: *code, Token: login.Hidden(*token), Session: *session, Opened: *opened}
	event, err := scene.Event(c)
	var missing *events.MissingError
	if errors.As(err, &missing) {
		return fmt.Errorf("%s needs -%s", name, missing.Missing)
	}
	if err != nil {
		return err
	}
	_, err = stdout.Write(event)
	return err
}

// unescaped matches texts that neither URLs nor JSON escape.
var unescaped = regexp.MustCompile(`^[A-Za-z0-9._~-]+$`)

// parse reads the flags before and after the name.
func parse(flags *flag.FlagSet, arguments []string) (name string, err error) {
	if err := flags.Parse(arguments); err != nil {
		return "", err
	}
	if flags.NArg() == 0 {
		return "", nil
	}
	name = flags.Arg(0)
	if err := flags.Parse(flags.Args()[1:]); err != nil {
		return "", err
	}
	if flags.NArg() > 0 {
		return "", fmt.Errorf("give one name only: %q is a second one", flags.Arg(0))
	}
	return name, nil
}

func list(stdout io.Writer) error {
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "NAME\tAFTER\tANSWER")
	for _, c := range events.Cases() {
		before := c.After
		if c.Meanwhile != events.NoChange {
			before = append(before[:len(before):len(before)], c.Meanwhile.String())
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", c.Name, strings.Join(before, ", "), answer(c))
	}
	return table.Flush()
}

// answer says in a few words how the event of a case is answered.
func answer(c events.Case) string {
	var words []string
	if c.Status != 0 {
		words = append(words, fmt.Sprint(c.Status))
	}
	switch {
	case c.Error != "":
		words = append(words, string(c.Error))
	case c.Code != 0:
		words = append(words, fmt.Sprintf("code %d", c.Code))
	default:
		holds, _ := json.Marshal(c.Holds) // texts and booleans
		words = append(words, string(holds))
	}
	return strings.Join(words, " ")
}
