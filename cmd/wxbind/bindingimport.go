package main

import (
	"context"
	"log/slog"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/userfile"
)

type bindingImportCmd struct {
	storeFlags
	fileToImport
	asJSON
}

// Help says what a file must look like, and what is done with it.
func (bindingImportCmd) Help() string {
	return `A file of the openids that people have in your mini-programs already: they are logged in at their next launch, and nobody types a ` +
		`password again. The first line of a CSV file names its columns: appId, openid, username or userId, unionid, or in Chinese 小程序, openid, ` +
		`用户名, 用户ID, unionid. With JSON lines, each line is an object with the same names.` + "\n\n" +
		`Good rows are imported. Bad rows are reported with their line and openid, and the exit status is then 1: an openid that is bound to ` +
		`another user or stands in the file twice, a user who is bound to another openid in that mini-program, an unknown user, ` +
		`a mini-program that is not in the secret, another user's unionid. Bindings that stand are not changed. After an interruption, ` +
		`run the same command again to continue.`
}

// Run imports the bindings. It checks the file before it opens the store.
func (c bindingImportCmd) Run(ctx context.Context, t console) error {
	file, err := openFile(ctx, t, c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	bindings, err := userfile.NewBindings(file, c.format(), c.options())
	if err != nil {
		return explainFile(c.File, err)
	}
	reportIgnored(t, bindings.Ignored())
	return c.with(ctx, t, func(ctx context.Context, a *administrator) error {
		report := newImportReport(t, c.JSON, bindings.Total(), "bindings")
		done, err := a.ImportBindings(ctx, bindings.Rows(), admin.ImportWatcher{Bad: report.bad, Progress: report.progress})
		a.said = append(a.said, slog.Int("added", done.Added))
		return report.end(ctx, done, err)
	})
}
