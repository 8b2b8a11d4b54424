// Command wxbind is the command line for administrators and operators. It serves the whole API on one machine, and
// manages users, bindings, sessions and roles, there or in a deployed stack.
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
		Set     userSetCmd     `cmd:"" help:"Set a user's phone number."`
		Passwd  userPasswdCmd  `cmd:"" help:"Set a user's password and end the user's sessions."`
		Disable userDisableCmd `cmd:"" help:"Disable a user and end the user's sessions."`
		Enable  userEnableCmd  `cmd:"" help:"Enable a disabled user."`
		List    userListCmd    `cmd:"" help:"List the users."`
		Show    userShowCmd    `cmd:"" help:"Show a user with their bindings and sessions."`
		Delete  userDeleteCmd  `cmd:"" help:"Delete a user and everything that names them."`
	} `cmd:"" help:"Manage users."`
	Binding struct {
		List    bindingListCmd    `cmd:"" help:"List the WeChat identities that a user is bound to."`
		Remove  bindingRemoveCmd  `cmd:"" help:"Remove a user's binding, even the last one, and end the sessions under it."`
		Migrate bindingMigrateCmd `cmd:"" help:"Prepare the move of a mini-program to another AppID: say who is known there, and make everybody found by their unionid."`
	} `cmd:"" help:"Manage who is bound to whom."`
	Session struct {
		List   sessionListCmd   `cmd:"" help:"List a user's sessions, the ended ones included."`
		Revoke sessionRevokeCmd `cmd:"" help:"End one session of a user, or all; or all sessions in a mini-program."`
	} `cmd:"" help:"Manage sessions."`
	Role struct {
		Set  roleSetCmd  `cmd:"" help:"Load roles and their menus from a JSON file, or from standard input for \"-\"."`
		List roleListCmd `cmd:"" help:"List the roles."`
	} `cmd:"" help:"Manage roles and their menus."`
	Secret struct {
		Set secretSetCmd `cmd:"" help:"Store a mini-program's AppSecret. It is asked for, or read from standard input as {\"appId\":\"…\",\"appSecret\":\"…\"}."`
		App struct {
			Set secretAppSetCmd `cmd:"" help:"Set what a mini-program lets people do. What is not given stays."`
		} `cmd:"" help:"Manage a mini-program of the secret."`
		Check           secretCheckCmd           `cmd:"" help:"Check that the secret is well formed, and print what it holds and lets people do, without any value."`
		NewSealKey      secretNewSealKeyCmd      `cmd:"" help:"Add a key that seals from now on."`
		AddService      secretAddServiceCmd      `cmd:"" help:"Allow a service to introspect tokens. Its key is printed once."`
		RemoveService   secretRemoveServiceCmd   `cmd:"" help:"Stop a service from introspecting tokens."`
		NewDirectoryKey secretNewDirectoryKeyCmd `cmd:"" help:"Set a new key for the platform's directory. It is printed once."`
	} `cmd:"" help:"Manage a deployed stack's secret."`
	Backup  backupCmd  `cmd:"" help:"Write the embedded store and its seal key to a file, also while it is served."`
	Restore restoreCmd `cmd:"" help:"Restore a backup into a folder without a store, and end all sessions."`
	Doctor  doctorCmd  `cmd:"" help:"Check everything that wxbind needs, and say what to do."`
	Version versionCmd `cmd:"" help:"Print what this program was built from."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second one ends the process at once
	status := run(ctx, os.Args[1:], console{in: os.Stdin, out: os.Stdout, err: os.Stderr})
	stop()
	os.Exit(status)
}

// run executes one command and returns the exit status: 0, 1 if it failed, 2 if it could not be parsed.
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
		kong.WithHyphenPrefixedParameters(true), // a session's id may begin with a hyphen
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
			err = errInterrupted // wherever it happened
		}
		fmt.Fprintf(c.err, "wxbind: %v\n", err)
		return 1
	}
	return 0
}

// given decodes a flag that says what a command works on. "" comes from an unset variable in a script, and must not
// count as an absent flag.
func given(d *kong.DecodeContext, target reflect.Value) error {
	var value string
	if err := d.Scan.PopValueInto("string", &value); err != nil {
		return err
	}
	if value == "" {
		return errors.New("must not be empty")
	}
	target.SetString(value)
	return nil
}
