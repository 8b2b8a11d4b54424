package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/wxbind/wxbind/pkg/login"
)

// console is what a command uses to talk with its user.
type console struct {
	in       io.Reader
	out, err io.Writer
	// log is how log lines look; "" is logAuto.
	log string
}

// maxPasswordLine bounds a line of standard input that holds a password.
const maxPasswordLine = 4 << 10

// terminalOf returns the terminal behind one end of the console, if it is one.
func terminalOf(end any) (*os.File, bool) {
	file, ok := end.(*os.File)
	return file, ok && term.IsTerminal(int(file.Fd()))
}

// newPassword asks for a password twice on a terminal, without showing it. Without a terminal it reads the first line
// of standard input. It never takes a password from an argument: every user of the machine can see arguments.
//
// Errors: errInterrupted if ctx ends first.
func (c console) newPassword(ctx context.Context) (login.Hidden, error) {
	file, ok := terminalOf(c.in)
	if !ok {
		return unlessInterrupted(ctx, c.passwordLine)
	}
	first, err := c.prompt(ctx, file, textf("Password: "))
	if err != nil {
		return "", err
	}
	second, err := c.prompt(ctx, file, textf("Once more: "))
	if err != nil {
		return "", err
	}
	if first != second {
		return "", errorf("the two passwords differ")
	}
	return first, nil
}

func (c console) passwordLine() (login.Hidden, error) {
	line, err := bufio.NewReader(io.LimitReader(c.in, maxPasswordLine)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", errorf("cannot read the password from standard input")
	}
	return login.Hidden(strings.TrimRight(line, "\r\n")), nil
}

func (c console) prompt(ctx context.Context, terminal *os.File, question string) (login.Hidden, error) {
	fd := int(terminal.Fd())
	shows, err := term.GetState(fd)
	if err != nil {
		return "", errorf("cannot read the password from the terminal")
	}
	sayf(c.err, "%s", question)
	text, err := unlessInterrupted(ctx, func() ([]byte, error) { return term.ReadPassword(fd) })
	sayf(c.err, "\n")
	if errors.Is(err, errInterrupted) {
		// The abandoned read keeps the terminal from echoing, so restore it.
		term.Restore(fd, shows) //nolint:errcheck // nothing is left to try
		return "", err
	}
	if err != nil {
		return "", errorf("cannot read the password from the terminal")
	}
	return login.Hidden(text), nil
}

// confirmed is for commands that remove something permanently.
type confirmed struct {
	Yes bool `help:"Do not ask for confirmation." short:"y"`
}

// confirm asks on a terminal, and refuses if there is none.
//
// Errors: errInterrupted if ctx ends first.
func (y confirmed) confirm(ctx context.Context, c console, question string) error {
	if y.Yes {
		return nil
	}
	if _, ok := terminalOf(c.in); !ok {
		return errorf("there is no terminal to ask on; use --yes to skip the question")
	}
	sayf(c.err, "%s [y/N] ", printable(question))
	answer, err := unlessInterrupted(ctx, func() (string, error) { return bufio.NewReader(c.in).ReadString('\n') })
	if err != nil && !errors.Is(err, io.EOF) {
		sayf(c.err, "\n")
		return err
	}
	if answer = strings.ToLower(strings.TrimSpace(answer)); answer != "y" && answer != "yes" {
		return errorf("nothing was done")
	}
	return nil
}
