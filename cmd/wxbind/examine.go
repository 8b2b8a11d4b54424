package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/wxbind/wxbind/pkg/doctor"
	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/platform"
	"github.com/wxbind/wxbind/pkg/secrets"
	"github.com/wxbind/wxbind/pkg/secrets/awssource"
	"github.com/wxbind/wxbind/pkg/wechat"
)

// Names of checks that are made in more than one place.
const (
	settingsCheck = "settings"
	stackCheck    = "stack"
)

func good(check, says string) doctor.Check {
	return doctor.Known(doctor.Finding{Check: check, Status: doctor.OK, Says: says})
}

func failed(check string, err error, do string) doctor.Check {
	return doctor.Known(doctor.Finding{Check: check, Status: doctor.Fail, Says: said(err), Do: do})
}

// examineStack looks up the stack, on which everything else depends.
func (c doctorCmd) examineStack(ctx context.Context) []doctor.Check {
	ctx, cancel := context.WithTimeout(ctx, findTime)
	defer cancel()
	rest := doctor.Known(doctor.Finding{Check: "the rest", Status: doctor.Skip, Says: "the stack is unknown"})
	cfg, err := awsSettings(ctx)
	if err != nil {
		return []doctor.Check{failed(settingsCheck, err, "make sure that `aws sts get-caller-identity` works: wxbind uses what the AWS CLI uses"), rest}
	}
	checks := []doctor.Check{good(settingsCheck, "there are AWS credentials, and the region is "+cfg.Region)}
	s, err := findStack(ctx, cfg, c.Stack)
	if err != nil {
		return append(checks, failed(stackCheck, err, "name a stack that `aws cloudformation list-stacks` shows, and its region in AWS_REGION"), rest)
	}
	tables, errTables := s.tables()
	id, errSecret := s.secretID(secretOutput)
	servicesID, errServices := s.secretID(servicesOutput)
	if err := cmp.Or(errTables, errSecret, errServices); err != nil {
		return append(checks, failed(stackCheck, err, "name the stack that template.yaml was deployed as, or deploy it again"), rest)
	}
	checks = append(checks, good(stackCheck, c.Stack+" names its tables and its secrets"))
	far := farEnds{
		secrets: secrets.New(secrets.Config{Source: awssource.New(cfg, ""), SecretID: id, Timeout: findTime}),
		advice: "`wxbind secret set --stack " + c.Stack + "` fills it in; if it cannot be read at all, make sure that these credentials " +
			"allow secretsmanager:GetSecretValue",
		weChat:    cmp.Or(os.Getenv("WECHAT_API_BASE"), s.parameters["WeChatApiBase"]),
		directory: s.parameters["DirectoryUrl"],
	}
	services := secrets.NewServices(secrets.Config{Source: awssource.New(cfg, ""), SecretID: servicesID, Timeout: findTime})
	checks = append(checks, far.checkWeChat()...)
	checks = append(checks, doctor.Services(services.ServiceKeys, "correct it by hand, or put AWSPREVIOUS back; if it cannot be read at all, make sure that "+
		"these credentials allow secretsmanager:GetSecretValue"))
	checks = append(checks, far.checkDirectory()...)
	checks = append(checks, checkProxy(func(name string) string { return s.parameters[proxyParameters[name]] }, "the stack's parameters"))
	client := dynamodb.NewFromConfig(cfg)
	checks = append(checks, doctor.Tables(client, tables)...)
	store := dynamostore.New(dynamostore.Config{Client: client, Tables: tables})
	if checks = append(checks, doctor.Unions(store)); tables.Outbox != "" {
		checks = append(checks, doctor.Outbox(store))
	}
	return checks
}

// examineData checks a folder as serve would use it, and creates nothing in it.
func (c doctorCmd) examineData(ctx context.Context) []doctor.Check {
	folder := cmp.Or(c.Data, defaultData)
	files := filesIn(folder)
	key, err := doctor.SealKeyIn(files.SealKey)
	if err != nil { // another line says so, and the settings can still be checked
		key = login.SealKey{ID: "0", Key: newKey()}
	}
	checks := examineEnvironment(ctx, files, key)
	if _, err := os.Stat(files.Database); errors.Is(err, fs.ErrNotExist) {
		if refuseLostStore(folder) != nil {
			return append(checks, failed("store", errorf("%s is missing, and %s shows that there was one: its contents are lost", files.Database, files.SealKey),
				"move the folder away, and `wxbind restore` its backup"))
		}
		return append(checks, failed("store", errorf("there is no store in %s", folder), "name its folder with --data; `wxbind serve` makes one"))
	}
	return append(append(checks, doctor.Embedded(files)...), doctor.EmbeddedOutbox(files))
}

// examineEnvironment checks what serve would read from this environment.
func examineEnvironment(ctx context.Context, files doctor.Files, key login.SealKey) []doctor.Check {
	const advice = "correct it in the environment of `wxbind serve`, and in this one"
	own, err := ownSecretFrom(ctx, os.Getenv, "", key)
	if err != nil {
		return []doctor.Check{failed(settingsCheck, err, advice)}
	}
	far := farEnds{secrets: own, advice: advice, weChat: os.Getenv("WECHAT_API_BASE"), directory: os.Getenv("WXBIND_DIRECTORY_URL")}
	checks := []doctor.Check{good(settingsCheck, "the environment names a mini-program")}
	switch {
	case own.standIn:
		checks = []doctor.Check{examineStandIn(doctor.ServedApps(ctx, files), own.file != nil)}
	case own.file != nil:
		checks = []doctor.Check{good(settingsCheck, "the environment names the secret's file")}
	}
	if !own.standIn || far.weChat != "" { // the port of the stand-in in serve's process is unknown
		checks = append(checks, far.checkWeChat()...)
	}
	checks = append(checks, far.checkDirectory()...)
	return append(checks, checkProxy(os.Getenv, "the environment of `wxbind serve`, and this one"))
}

// examineStandIn says what it means for a store that no real mini-program is set.
func examineStandIn(served []string, inFile bool) doctor.Check {
	unset, do := noneIsReal(inFile), "set both, or "+envSecretFile+", in the environment of `wxbind serve` and in this one"
	if inFile {
		do = "put the real mini-programs into it"
	}
	if _, genuine := apart(served); len(genuine) > 0 {
		return failed(settingsCheck, errorf("%s, and `wxbind serve` refuses to serve the stand-in from a folder that has served %s", unset, genuine[0]), do)
	}
	return doctor.Known(doctor.Finding{
		Check: settingsCheck, Status: doctor.Warn,
		Says: textf("%s, so `wxbind serve` serves those of the stand-in, and anybody can log in with a made-up code", unset),
		Do:   do + ", before real people log in",
	})
}

// farEnds are the peers that wxbind calls over the network.
type farEnds struct {
	secrets login.Secrets
	// advice is what to do about a secret that cannot be used.
	advice string
	// weChat and directory are URLs; "" means the real WeChat, and no directory.
	weChat, directory string
}

func (f farEnds) checkWeChat() []doctor.Check {
	client, err := wechat.New(wechat.Config{Base: f.weChat})
	if err != nil {
		return []doctor.Check{failed("WeChat", err, "correct WECHAT_API_BASE, or the stack's parameter WeChatApiBase")}
	}
	return []doctor.Check{doctor.Secret(f.secrets.Secret, f.advice, client), doctor.Clock(client, time.Now)}
}

func (f farEnds) checkDirectory() []doctor.Check {
	if f.directory == "" {
		return nil
	}
	client, err := platform.New(platform.Config{URL: f.directory, Secrets: f.secrets})
	if err != nil {
		return []doctor.Check{failed("directory", err, "correct WXBIND_DIRECTORY_URL, or the stack's parameter DirectoryUrl")}
	}
	return []doctor.Check{doctor.Directory(client)}
}

// filesIn are the files of the embedded store in a folder.
func filesIn(folder string) doctor.Files {
	return doctor.Files{Folder: folder, Database: databaseIn(folder), SealKey: sealKeyIn(folder)}
}

// warnOfPermissions says what doctor says, if others on this machine can use the store.
func warnOfPermissions(ctx context.Context, files doctor.Files) {
	for _, f := range doctor.Run(ctx, []doctor.Check{doctor.Permissions(files)}) {
		if f.Status == doctor.Warn || f.Status == doctor.Fail {
			slog.WarnContext(ctx, f.Says, "check", f.Check, "do", f.Do)
		}
	}
}

func sealKeyIn(folder string) string { return filepath.Join(folder, keyName) }

// newKey is 260 random bits as letters and digits.
func newKey() login.Hidden { return login.Hidden(rand.Text() + rand.Text()) }
