package secrets

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// FileConfig configures a File.
type FileConfig struct {
	// Path is the file. Only its owner may be able to use it.
	Path string
	// Setting is where the path comes from, such as "--secret-file". Errors name it.
	Setting string
	// SealKey is the seal key of the data folder; see File.
	SealKey login.SealKey
	// Now is the clock. Nil means time.Now.
	Now func() time.Time
	// OnError is told why a changed file is not used, once for each reason. Nil means an error record in slog.Default.
	OnError func(context.Context, error)
}

// File implements login.Secrets on a file of a single machine, which holds what Parse takes. A changed file counts without a
// restart: it is read again after 10 seconds, and by Refetch at most every 2 seconds. A file that cannot be used changes
// nothing: the secret of before is served.
//
// The file may leave out the seal keys. The seal key of the data folder then seals. If the file has some, the folder's stays
// as the oldest, so that it opens what it has sealed.
type File struct {
	cache[login.Secret]
	file FileConfig

	accept func(context.Context, *login.Secret) error
	// newest is the newest secret that was accepted, and content what its file held. One fetch at a time uses them.
	newest  *login.Secret
	content []byte
	// said is the newest reason that OnError was told, "" since the file was good. The cache's mutex guards it.
	said string
}

var _ login.Secrets = (*File)(nil)

// OpenFile reads the file for the first time.
//
// Errors say what is wrong with it, and contain nothing of it but the names of its fields.
func OpenFile(ctx context.Context, c FileConfig) (*File, error) {
	if c.OnError == nil {
		c.OnError = func(ctx context.Context, err error) {
			slog.ErrorContext(ctx, "the secret's file has changed and cannot be used: the secret of before is served", "cause", err)
		}
	}
	f := &File{file: c}
	f.cache = cache[login.Secret]{
		config: Config{Source: fileSource(c), SecretID: "of " + c.Setting, Now: c.Now, OnError: f.fail}.withDefaults(),
		parse:  f.parse, life: fileLife,
		reason: func(_ context.Context, err error) error { return err },
	}
	raw, err := f.config.Source.Value(ctx, c.Path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Setting, err)
	}
	if f.secret, err = f.parse(ctx, raw); err != nil {
		return nil, fmt.Errorf("%s: %s: %w", c.Setting, c.Path, err)
	}
	f.fetched = f.now()
	return f, nil
}

// fileSource implements Source.
type fileSource FileConfig

func (s fileSource) Value(context.Context, string) ([]byte, error) {
	text, err := readFile(s.Path, true)
	return []byte(text), err
}

// Secret returns the secret. It reads the file again if it has not for 10 seconds.
func (f *File) Secret(ctx context.Context) (*login.Secret, error) { return f.get(ctx, false) }

// Refetch reads the file again, unless an earlier Refetch did within 2 seconds.
func (f *File) Refetch(ctx context.Context) (*login.Secret, error) { return f.get(ctx, true) }

// Accept sets what decides, from now on, whether a changed secret is used. Call it before the File is used by more than one
// goroutine.
func (f *File) Accept(accept func(context.Context, *login.Secret) error) { f.accept = accept }

// parse returns the same secret for the same file, so that what is derived from its keys is derived once.
func (f *File) parse(ctx context.Context, raw []byte) (*login.Secret, error) {
	if f.newest == nil || !bytes.Equal(raw, f.content) {
		secret, err := parseWithFolder(raw, f.file.SealKey)
		if err == nil && f.accept != nil {
			err = f.accept(ctx, secret)
		}
		if err != nil {
			return nil, err
		}
		f.newest, f.content = secret, raw
	}
	f.mu.Lock()
	f.said = ""
	f.mu.Unlock()
	return f.newest, nil
}

// fail tells a reason once, and not each time that the file is read.
func (f *File) fail(ctx context.Context, err error) {
	f.mu.Lock()
	known := f.said == err.Error()
	f.said = err.Error()
	f.mu.Unlock()
	if !known {
		f.file.OnError(ctx, err)
	}
}

// parseWithFolder parses a secret beside which there is the seal key of a data folder.
func parseWithFolder(raw []byte, folder login.SealKey) (*login.Secret, error) {
	fields, err := fieldsOf(raw)
	if err != nil {
		return nil, err
	}
	name := "sealKeys"
	if fields["appId"] != nil || fields["appSecret"] != nil || fields["sealKey"] != nil {
		name = "sealKey"
	}
	if fields["sealKeys"] == nil && fields["sealKey"] == nil {
		if name == "sealKey" {
			fields[name] = encode(string(folder.Key))
		} else {
			fields[name] = encode([]any{newKey(folder.ID, folder.Key)})
		}
	}
	if fields["indexKey"] == nil { // the folder's, which no rotation of the file's keys touches
		fields["indexKey"] = encode(string(folder.IndexKey()))
	}
	secret, err := Parse(encode(fields))
	if err != nil {
		return nil, err
	}
	if secret.WebhookKey == "" { // likewise
		secret.WebhookKey = folder.WebhookKey()
	}
	switch i := slices.IndexFunc(secret.SealKeys, func(k login.SealKey) bool { return k.ID == folder.ID }); {
	case i < 0:
		secret.SealKeys = append(secret.SealKeys, folder)
	case secret.SealKeys[i].Key != folder.Key:
		return nil, fmt.Errorf("%s uses the id %q, which belongs to the data folder's own seal key: "+
			"leave the seal keys out, or take the long form and another id", name, folder.ID)
	}
	return secret, nil
}
