// Command wxbind is the command line for administrators and operators. It serves the whole API on one machine, and
// manages users, bindings, sessions and roles, there or in a deployed stack.
package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"reflect"

	"github.com/alecthomas/kong"
)

// cli is the command line.
type cli struct {
	Serve serveCmd `cmd:"" help:"Serve the whole API on this machine, on SQLite, with a stand-in for WeChat."`
	User  struct {
		Add     userAddCmd     `cmd:"" help:"Add a user. The password is asked for, or read from standard input."`
		Import  userImportCmd  `cmd:"" help:"Add many users from a CSV file or JSON lines."`
		Set     userSetCmd     `cmd:"" help:"Set a user's name, roles or phone number."`
		Passwd  userPasswdCmd  `cmd:"" help:"Set a user's password and end the user's sessions."`
		Disable userDisableCmd `cmd:"" help:"Disable a user and end the user's sessions."`
		Enable  userEnableCmd  `cmd:"" help:"Enable a disabled user."`
		List    userListCmd    `cmd:"" help:"List the users in the order of their usernames."`
		Show    userShowCmd    `cmd:"" help:"Show a user with their bindings and sessions."`
		Delete  userDeleteCmd  `cmd:"" help:"Delete a user and everything that names them."`
	} `cmd:"" help:"Manage users."`
	Binding struct {
		List    bindingListCmd    `cmd:"" help:"List the WeChat identities that a user is bound to."`
		Import  bindingImportCmd  `cmd:"" help:"Bind many identities to users, as a CSV file or JSON lines name them."`
		Remove  bindingRemoveCmd  `cmd:"" help:"Remove a user's binding, even the last one, and end the sessions under it."`
		Migrate bindingMigrateCmd `cmd:"" help:"Prepare the move of a mini-program to another AppID: say who is known there, and make everybody found by their unionid."`
	} `cmd:"" help:"Manage who is bound to whom."`
	Session struct {
		List   sessionListCmd   `cmd:"" help:"List a user's sessions, the ended ones included."`
		Revoke sessionRevokeCmd `cmd:"" help:"End one session of a user, or all; or all sessions in a mini-program."`
	} `cmd:"" help:"Manage sessions."`
	Role struct {
		Set    roleSetCmd    `cmd:"" help:"Load roles and their menus from a JSON file, or from standard input for \"-\"."`
		List   roleListCmd   `cmd:"" help:"List the roles."`
		Delete roleDeleteCmd `cmd:"" help:"Delete a role that nobody has."`
	} `cmd:"" help:"Manage roles and their menus."`
	Secret struct {
		Set secretSetCmd `cmd:"" help:"Store a mini-program's AppSecret. It is asked for, or read from standard input as {\"appId\":\"…\",\"appSecret\":\"…\"}."`
		App struct {
			Set     secretAppSetCmd     `cmd:"" help:"Set what a mini-program lets people do. What is not given stays."`
			APIKeys secretAppAPIKeysCmd `cmd:"" name:"api-keys" help:"Set the keys of API security (API 安全) of WeChat's console, or remove them."`
		} `cmd:"" help:"Manage a mini-program of the secret."`
		Check           secretCheckCmd           `cmd:"" help:"Check that the secret is well formed, and print what it holds and lets people do, without any value."`
		NewSealKey      secretNewSealKeyCmd      `cmd:"" help:"Add a key that seals from now on."`
		AddService      secretAddServiceCmd      `cmd:"" help:"Allow a service to introspect tokens. Its key is printed once."`
		RemoveService   secretRemoveServiceCmd   `cmd:"" help:"Stop a service from introspecting tokens."`
		NewDirectoryKey secretNewDirectoryKeyCmd `cmd:"" help:"Set a new key for the platform's directory. It is printed once."`
	} `cmd:"" help:"Manage a deployed stack's secret."`
	Outbox struct {
		List outboxListCmd `cmd:"" help:"List the users with notices that wait, and since when."`
		Send outboxSendCmd `cmd:"" help:"Send the notices that wait now."`
		Key  outboxKeyCmd  `cmd:"" help:"Print the key that signs the notices of wxbind serve, for the platform's receiver."`
	} `cmd:"" help:"Manage the notices that wait for delivery to the platform."`
	Export  exportCmd  `cmd:"" help:"Write all users, roles and bindings to files that import reads."`
	Backup  backupCmd  `cmd:"" help:"Write the embedded store and its seal key to a file, also while it is served."`
	Restore restoreCmd `cmd:"" help:"Restore a backup into a folder without a store, and end all sessions."`
	Doctor  doctorCmd  `cmd:"" help:"Check everything that wxbind needs, and say what to do."`
	Probe   probeCmd   `cmd:"" help:"Ask a running server whether it is well, for a container's health check."`
	Version versionCmd `cmd:"" help:"Print what this program was built from."`
	Help    helpCmd    `cmd:"" help:"Say how a command is used: wxbind help user set."`

	langFlag
	VersionFlag versionFlag `name:"version" help:"Print what this program was built from."`

	logFlag
}

func main() {
	ctx, stop := untilSignal()
	status := run(ctx, os.Args[1:], console{in: os.Stdin, out: os.Stdout, err: os.Stderr})
	stop()
	os.Exit(status)
}

// description begins the help.
const description = "The login backend for WeChat mini-programs."

// The exit statuses of a command. One that a signal has ended has 128 and the signal's number: 130 after Ctrl-C.
const (
	statusFailed  = 1
	statusMistake = 2
)

// run executes one command and returns the exit status: 0, or one of the above. serve, which is told to stop by a signal, has 0.
func run(ctx context.Context, args []string, c console) (status int) {
	chooseLanguage(args, os.Getenv)
	exited := false
	var flags cli
	parser, err := kong.New(&flags,
		kong.Name("wxbind"),
		kong.Description(description),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.ValueFormatter(withDefault),
		kong.Help(printHelp),
		kong.Writers(c.out, c.err),
		kong.Exit(func(s int) { status, exited = s, true }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Vars{"data": defaultData},
		kong.NamedMapper("given", kong.MapperFunc(given)),
		kong.WithHyphenPrefixedParameters(true), // a session's id may begin with a hyphen
	)
	if err != nil {
		panic(err) // the command line above cannot be wrong
	}
	if inChinese.Load() {
		translateHelp(parser.Model.Node)
	}
	command, err := parser.Parse(helpAsFlag(args))
	if exited { // what --help and --version ask for has been printed
		return status
	}
	if err == nil {
		c.log, err = flags.form(os.Getenv)
	}
	if _, printing := errors.AsType[*fs.PathError](err); printing { // the help or the version
		sayf(c.err, "wxbind: %v\n", said(err))
		return statusFailed
	}
	if err != nil {
		sayf(c.err, "wxbind: %s\n", mistake(err))
		return statusMistake
	}
	err = command.Run(c)
	switch {
	case err == nil:
		return 0
	case ctx.Err() == nil:
		sayf(c.err, "wxbind: %v\n", plainly(err))
		return statusFailed
	case errors.Is(err, context.Canceled) && !errors.Is(err, errInterrupted): // wherever it has met that
		sayf(c.err, "wxbind: %v\n", errInterrupted)
	default: // it may say what is to be done now
		sayf(c.err, "wxbind: %v\n", plainly(err))
	}
	return interruptedStatus(ctx)
}

// given decodes a flag that says what a command works on. "" comes from an unset variable in a script, and must not
// count as an absent flag.
func given(d *kong.DecodeContext, target reflect.Value) error {
	var value string
	if err := d.Scan.PopValueInto("string", &value); err != nil {
		return err
	}
	if value == "" {
		return errorf("must not be empty")
	}
	target.SetString(value)
	return nil
}
