// Command wxbind is for people: it serves everything on one machine, and keeps
// users, their bindings and sessions, and roles, there or in a deployed stack.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"reflect"
	"syscall"

	"github.com/alecthomas/kong"
)

// cli is the command line.
type cli struct {
	Serve serveCmd `cmd:"" help:"Serve the whole API on this machine, on SQLite, with a stand-in for WeChat."`
	User  struct {
		Add     userAddCmd     `cmd:"" help:"Add a user. The password is asked for, or read from standard input."`
		Import  userImportCmd  `cmd:"" help:"Add many users from a CSV file or JSON lines."`
		Passwd  userPasswdCmd  `cmd:"" help:"Give a user a new password and end the user's sessions."`
		Disable userDisableCmd `cmd:"" help:"Keep a user out and end the user's sessions."`
		Enable  userEnableCmd  `cmd:"" help:"Let a disabled user in again."`
		List    userListCmd    `cmd:"" help:"List the users."`
		Show    userShowCmd    `cmd:"" help:"Show a user with the bindings and sessions."`
		Delete  userDeleteCmd  `cmd:"" help:"Remove a user and everything that names the user."`
	} `cmd:"" help:"Keep the users."`
	Binding struct {
		List   bindingListCmd   `cmd:"" help:"List the WeChat identities that a user is bound to."`
		Remove bindingRemoveCmd `cmd:"" help:"Unbind a user and end the sessions under the binding, even the last one."`
	} `cmd:"" help:"Keep who is bound to whom."`
	Session struct {
		List   sessionListCmd   `cmd:"" help:"List a user's sessions, the ended ones included."`
		Revoke sessionRevokeCmd `cmd:"" help:"End one session of a user, or all."`
	} `cmd:"" help:"Keep the sessions."`
	Role struct {
		Set  roleSetCmd  `cmd:"" help:"Load roles and their menus from a JSON file, or from standard input for \"-\"."`
		List roleListCmd `cmd:"" help:"List the roles."`
	} `cmd:"" help:"Keep the roles."`
	Secret struct {
		Set             secretSetCmd             `cmd:"" help:"Store a mini-program's AppSecret. It is asked for, or read from standard input as {\"appId\":\"…\",\"appSecret\":\"…\"}."`
		Check           secretCheckCmd           `cmd:"" help:"Say whether the secret is well formed, and what it holds, without any value."`
		NewSealKey      secretNewSealKeyCmd      `cmd:"" help:"Add a key that seals from now on."`
		AddService      secretAddServiceCmd      `cmd:"" help:"Let a service ask about tokens. Its key is printed once."`
		RemoveService   secretRemoveServiceCmd   `cmd:"" help:"Let a service ask about tokens no more."`
		NewDirectoryKey secretNewDirectoryKeyCmd `cmd:"" help:"Set a new key for the platform's directory. It is printed once."`
	} `cmd:"" help:"Keep a deployed stack's secret."`
	Doctor  doctorCmd  `cmd:"" help:"Check everything that wxbind needs, and say what to do."`
	Version versionCmd `cmd:"" help:"Say what this program was built from."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second one ends the process at once
	status := run(ctx, os.Args[1:], console{in: os.Stdin, out: os.Stdout, err: os.Stderr})
	stop()
	os.Exit(status)
}

// run carries out one command and gives the exit status: 0, 1 when it failed, 2
// when it could not be understood.
func run(ctx context.Context, args []string, c console) (status int) {
	exited := false
	parser, err := kong.New(&cli{},
		kong.Name("wxbind"),
		kong.Description("The login backend for WeChat mini-programs."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Writers(c.out, c.err),
		kong.Exit(func(s int) { status, exited = s, true }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(c),
		kong.Vars{"data": defaultData},
		kong.NamedMapper("given", kong.MapperFunc(given)),
		kong.WithHyphenPrefixedParameters(true), // a session's id may begin with one
	)
	if err != nil {
		panic(err) // the command line above cannot be wrong
	}
	command, err := parser.Parse(args)
	if exited { // --help has been printed
		return status
	}
	if err != nil {
		fmt.Fprintf(c.err, "wxbind: %v; `wxbind --help` says more\n", err)
		return 2
	}
	if err := command.Run(); err != nil {
		if ctx.Err() != nil && errors.Is(err, context.Canceled) {
			err = errInterrupted // wherever it was
		}
		fmt.Fprintf(c.err, "wxbind: %v\n", err)
		return 1
	}
	return 0
}

// given reads a flag that says what a command works on. "" is the variable of a
// script that nobody has set, and must not be taken for a flag that is not there.
func given(d *kong.DecodeContext, target reflect.Value) error {
	var value string
	if err := d.Scan.PopValueInto("string", &value); err != nil {
		return err
	}
	if value == "" {
		return errors.New("it is given and empty")
	}
	target.SetString(value)
	return nil
}
