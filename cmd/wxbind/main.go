// Command wxbind is for people: it serves everything on one machine, and keeps
// users and roles, there or in a deployed stack.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// cli is the command line.
type cli struct {
	Serve serveCmd `cmd:"" help:"Serve the whole API on this machine, on SQLite, with a stand-in for WeChat."`
	User  struct {
		Add     userAddCmd     `cmd:"" help:"Add a user. The password is asked for, or read from standard input."`
		Passwd  userPasswdCmd  `cmd:"" help:"Give a user a new password and end the user's sessions."`
		List    userListCmd    `cmd:"" help:"List the users."`
		Disable userDisableCmd `cmd:"" help:"Keep a user out and end the user's sessions."`
		Enable  userEnableCmd  `cmd:"" help:"Let a disabled user in again."`
	} `cmd:"" help:"Keep the users."`
	Role struct {
		Set roleSetCmd `cmd:"" help:"Load roles and their menus from a JSON file, or from standard input for \"-\"."`
	} `cmd:"" help:"Keep the roles."`
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
		fmt.Fprintf(c.err, "wxbind: %v\n", err)
		return 1
	}
	return 0
}
