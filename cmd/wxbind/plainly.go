package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"regexp"
	"strings"
	"syscall"

	"github.com/aws/smithy-go"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
)

// plain is an error in other words.
type plain struct {
	text  string
	cause error
}

func (p *plain) Error() string { return p.text }

// Unwrap returns the error as it was.
func (p *plain) Unwrap() error { return p.cause }

// plainly puts what Go, the operating system and AWS say within an error into words for people, and leaves the rest of its
// text alone.
func plainly(err error) error {
	if err == nil {
		return nil
	}
	text := plainlySaid(err.Error(), err)
	if text == err.Error() {
		return err
	}
	return &plain{text: text, cause: err}
}

// plainlySaid does the same for a text that quotes an error; nil for none.
func plainlySaid(text string, err error) string {
	text = packageNames.ReplaceAllString(inPlace(text, rawIn(err)), "")
	if file, rest, ok := strings.Cut(text, whole(": ")); ok && strings.HasPrefix(rest, file+" ") {
		return rest // it names the file twice
	}
	return text
}

// packageNames begin the errors of some packages, which are nothing to an administrator.
var packageNames = regexp.MustCompile(`\b(sqlitestore|dynamostore|wechat|login|secrets|platform|eventbus): `)

// rawText is a text that no person should read, and what is said in its place.
type rawText struct{ raw, said string }

// rawIn finds the outermost errors within an error that have other words.
func rawIn(err error) []rawText {
	if err == nil {
		return nil
	}
	if _, ok := err.(*plain); ok { //nolint:errorlint // this one, not what it wraps
		return nil
	}
	if said := wordsFor(err); said != "" {
		return []rawText{{err.Error(), said}}
	}
	var within []rawText
	for _, e := range wrappedIn(err) {
		if e.Error() == err.Error() {
			return rawIn(e) // the wrapper says nothing itself
		}
		within = append(within, rawIn(e)...)
	}
	if _, ok := err.(*spoken); ok { //nolint:errorlint // likewise
		return within
	}
	if said := cmp.Or(ofOthers(inPlace(err.Error(), within)), translate(err.Error(), heardUnjoined)); said != "" {
		return []rawText{{err.Error(), said}}
	}
	return within
}

// wrappedIn are the errors that an error wraps itself.
func wrappedIn(err error) []error {
	switch wrapper := err.(type) { //nolint:errorlint // a tree is walked
	case interface{ Unwrap() error }:
		if e := wrapper.Unwrap(); e != nil {
			return []error{e}
		}
	case interface{ Unwrap() []error }:
		return wrapper.Unwrap()
	}
	return nil
}

// inPlace is a text with what is said in place of what it quotes.
func inPlace(text string, within []rawText) string {
	for _, r := range within {
		text = strings.Replace(text, r.raw, r.said, 1)
	}
	return text
}

// said is an error in plain words.
func said(err error) string {
	if err == nil {
		return ""
	}
	return plainly(err).Error()
}

// wordsFor says in other words what one error says, "" if it is good as it is or only wraps another.
func wordsFor(err error) string {
	switch e := err.(type) { //nolint:errorlint // plainly walks the tree
	case *fs.PathError:
		return fileWords(e.Op, e.Path, said(e.Err))
	case *os.LinkError:
		return textf("%s cannot get the name %s: %s", e.Old, e.New, said(e.Err))
	case *os.SyscallError:
		return said(e.Err)
	case syscall.Errno:
		return systemWords(e)
	case *json.SyntaxError, *json.UnmarshalTypeError:
		return jsonWords(err)
	case *url.Error:
		return textf("%s cannot be asked: %s", hostOf(e.URL), said(e.Err))
	case *smithy.OperationError:
		return awsWords(e)
	case *login.Error:
		if e.Code == login.StoreUnavailable && e.Cause != nil {
			return textf("the store does not work: %s", said(e.Cause))
		}
	}
	if fault := sqlitestore.DiskFault(err); fault != 0 {
		return systemWords(fault)
	}
	switch err { //nolint:errorlint // likewise
	case context.Canceled:
		return errInterrupted.Error()
	case context.DeadlineExceeded, os.ErrDeadlineExceeded:
		return textf("there was no answer in time")
	case io.ErrUnexpectedEOF:
		return textf("it ends too early")
	case fs.ErrNotExist:
		return textf("there is no such file or folder")
	}
	return netWords(err)
}

// fileWords says what could not be done with a file, and why.
func fileWords(op, path, why string) string {
	switch op {
	case "open", "openat":
		return textf("%s cannot be opened: %s", path, why)
	case "mkdir", "create":
		return textf("%s cannot be made: %s", path, why)
	case "read", "seek", "readdirent":
		return textf("%s cannot be read: %s", path, why)
	case "write", "sync", "truncate":
		return textf("%s cannot be written: %s", path, why)
	case "unlink", "unlinkat", "remove", "rmdir":
		return textf("%s cannot be removed: %s", path, why)
	}
	return textf("%s cannot be used: %s", path, why)
}

// systemWords says what the operating system means, "" for what is rare.
func systemWords(e syscall.Errno) string {
	switch e { //nolint:exhaustive // the others are rare
	case syscall.ENOENT:
		return textf("there is no such file or folder")
	case syscall.EACCES, syscall.EPERM:
		return textf("this user (%s) is not allowed to", whoRuns())
	case syscall.ENOTDIR:
		return textf("a file is where a folder should be")
	case syscall.EISDIR:
		return textf("it is a folder")
	case syscall.EEXIST:
		return textf("it exists already")
	case syscall.ENOSPC, syscall.EDQUOT:
		return textf("the disk is full")
	case syscall.EROFS:
		return textf("the disk can only be read")
	case syscall.EIO:
		return textf("the disk is faulty")
	case syscall.EMFILE, syscall.ENFILE:
		return textf("too many files are open")
	case syscall.EADDRINUSE:
		return textf("another program has that address")
	case syscall.EADDRNOTAVAIL:
		return textf("this machine does not have that address")
	case syscall.ECONNREFUSED:
		return textf("nobody listens there")
	case syscall.ECONNRESET, syscall.EPIPE:
		return textf("the other end closed it")
	case syscall.ENETUNREACH, syscall.EHOSTUNREACH:
		return textf("there is no way to it from here")
	case syscall.ETIMEDOUT:
		return textf("there was no answer in time")
	}
	return ""
}

// netWords says in other words what an error of the network says, "" for other errors.
func netWords(err error) string {
	switch e := err.(type) { //nolint:errorlint // see wordsFor
	case *net.OpError:
		switch {
		case e.Op == "dial" && e.Addr != nil:
			return textf("no connection to %s: %s", e.Addr, said(e.Err))
		case e.Op == "dial":
			return textf("no connection: %s", said(e.Err))
		}
		return textf("the connection broke: %s", said(e.Err))
	case *net.DNSError:
		if e.IsNotFound {
			return textf("no machine has the name %s", e.Name)
		}
		return textf("the name %s cannot be looked up now", e.Name)
	case *net.AddrError:
		return textf("%q is not HOST:PORT", e.Addr)
	}
	if os.IsTimeout(err) {
		return textf("there was no answer in time")
	}
	return ""
}

// jsonWords says what is wrong with a JSON text, without its values.
func jsonWords(err error) string {
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if e.Field == "" {
			return textf("a JSON %s stands where something else belongs", e.Value)
		}
		return textf("%q is a JSON %s, and something else belongs there", e.Field, e.Value)
	}
	switch text := err.Error(); {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), text == "unexpected end of JSON input":
		return textf("the JSON ends too early")
	case strings.HasPrefix(text, "json: unknown field "):
		return textf("the field %s is unknown", strings.TrimPrefix(text, "json: unknown field "))
	}
	return textf("that is not JSON")
}

// awsWords says what AWS has answered, or why there is no answer.
func awsWords(e *smithy.OperationError) string {
	if api, ok := errors.AsType[smithy.APIError](e); ok {
		return textf("AWS answers %s: %s", api.ErrorCode(), api.ErrorMessage())
	}
	if inner := rawIn(e.Err); len(inner) > 0 {
		return textf("AWS does not answer: %s", inner[0].said)
	}
	return ""
}

// hostOf is the host of a URL, whose other parts may hold a secret.
func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return textf("the server")
	}
	return u.Host
}
