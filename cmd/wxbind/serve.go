package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime"
	"time"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/app"
	"github.com/wxbind/wxbind/pkg/localgw"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/password"
	"github.com/wxbind/wxbind/pkg/passwordpolicy"
	"github.com/wxbind/wxbind/pkg/playground"
	"github.com/wxbind/wxbind/pkg/requestlog"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
	"github.com/wxbind/wxbind/pkg/username"
	"github.com/wxbind/wxbind/pkg/wechat"
	"github.com/wxbind/wxbind/pkg/wechatdata"
)

type serveCmd struct {
	Addr string `help:"The address to listen on." default:"127.0.0.1:3000" placeholder:"HOST:PORT"`
	Data string `help:"The folder of the store; created if missing." default:"${data}" placeholder:"DIR"`
	// Other programs on this machine, such as sam local, use the stand-in too.
	StandIn string `help:"Where the stand-in for WeChat listens, if it is used; port 0 picks a free one. Unless --addr is loopback, the stand-in must be asked for with this flag." placeholder:"HOST:PORT"`
	pageFlag
	secretFileFlag
	webhookFlag
	proxyFlags
	corsFlags
	dataFlags
	metricsFlag
	logLevelFlag
}

const (
	// purgeEvery is how often expired data is deleted; SQLite has no TTL.
	purgeEvery = time.Hour
	// graceTime is how long requests in progress may take once the server is told to stop.
	graceTime = 15 * time.Second
	// maxHashes bounds how many passwords are hashed at the same time, and so the memory of the process: each takes
	// 19 MiB, twice until it is collected. More processors than that hash no more.
	maxHashes = 8
)

// Help implements kong.HelpProvider.
func (serveCmd) Help() string {
	return `Environment variables:

  WX_APPID, WX_APPSECRET  the mini-program; without them, and without --secret-file, the stand-in for
                          WeChat has two, to which anybody can be anybody: only on loopback or with
                          --stand-in, and never on a folder that has served a real mini-program
  WXBIND_SECRET_FILE      as --secret-file
  WX_SERVICES             the services that may introspect tokens at /api/login/introspect, as
                          "id=key,id2=key2"; a key has at least 43 random characters
  WXBIND_DIRECTORY_URL    the platform's user directory, instead of wxbind's own users
  WX_DIRECTORY_KEY        the key that signs requests to the directory
  WXBIND_WEBHOOK          as --webhook
  WXBIND_WEBHOOK_KEY      the key that signs notices; by default the one that ` + "`wxbind outbox key`" + ` prints
  WX_APPSECRET_FILE, WX_SERVICES_FILE, WX_DIRECTORY_KEY_FILE, WXBIND_WEBHOOK_KEY_FILE
                          files with the values of the same names without _FILE
  WECHAT_API_BASE         WeChat's address, if not the real one: https, unless it is this machine
  WXBIND_UNKNOWN_APP      a code with an appId that is not configured: "refuse" it, which is the default,
                          or take it for one of the "default" mini-program
  WXBIND_TRUSTED_PROXIES  as --trusted-proxy
  WXBIND_CLIENT_ADDRESS_HEADER
                          as --client-address-header
  WXBIND_ORIGIN_KEY_HASHES
                          the SHA-256, in hex, of one key or two that a proxy sends in X-Origin-Verify
  WXBIND_REQUIRE_ORIGIN_KEY
                          "true" refuses requests that have no such key
  WXBIND_CORS_ORIGINS     as --cors-origin
  WXBIND_AVATAR_HOSTS     as --avatar-hosts
  WXBIND_CHECK_SESSION    "true" as --check-session
  WXBIND_LOG              as --log`
}

// Run serves until the context ends, and then completes the requests in progress.
func (c serveCmd) Run(ctx context.Context, t console) error {
	logger := t.logger(levels[c.LogLevel])
	app.SetLogger(logger)
	collectLess(os.Getenv, hashes())
	unlock, err := lockData(c.Data, false)
	if err != nil {
		return err
	}
	defer unlock()
	store, key, err := openData(ctx, c.Data)
	if err != nil {
		return err
	}
	defer store.Close() //nolint:contextcheck // closing has a time of its own
	listener, err := listen(ctx, c.Addr, "--addr")
	if err != nil {
		return err
	}
	defer listener.Close()

	far, err := c.farSideFrom(ctx, os.Getenv, key)
	if err != nil {
		return err
	}
	defer far.close()
	page, err := c.page(store, far, listener.Addr(), logger)
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, page.Close)
	meters, err := c.serveMetrics(ctx)
	if err != nil {
		return err
	}
	defer meters.close()
	far.metrics = meters.url()
	handler, err := handlerOf(store, far, page, t.requestLog(levels[c.LogLevel], meters.observe(page.Logged)), meters)
	if err != nil {
		return err
	}
	if err := c.checkStandIn(ctx, store, far, listener.Addr()); err != nil {
		return err
	}
	notices, err := far.deliveries(ctx, store) // what does not serve must not change whether notices are kept
	if err != nil {
		return err
	}
	meters.watchNotices(notices)
	far.acceptChanges(store)
	warnOfPermissions(ctx, filesIn(c.Data))
	warnOfApps(t, far.doubts)
	var demo login.Hidden
	if far.standInApp && far.directory == nil {
		if demo, err = demoPassword(ctx, adminOf(store)); err != nil {
			return err
		}
	}
	greet(t.out, c, "http://"+listener.Addr().String(), far, demo)
	if err := addDemo(ctx, adminOf(store), demo); err != nil {
		return err
	}
	sayf(t.out, "\nPress Ctrl-C to stop.\n")
	defer deliver(ctx, notices)()
	return serve(ctx, localgw.Bound(listener), handler, store.Purge)
}

// hashes is how many passwords are hashed at the same time.
func hashes() int { return min(runtime.GOMAXPROCS(0), maxHashes) }

// handlerOf is the whole API on one store. Each route receives API Gateway events. The log has a line for each.
func handlerOf(store *sqlitestore.Store, far *farSide, page *playground.Playground, log *requestlog.Log, meters *meters) (http.Handler, error) {
	client, err := wechat.New(wechat.Config{Base: far.base})
	if err != nil {
		return nil, err
	}
	hasher := password.New(password.Config{Parallel: hashes()})
	service := login.New(login.Config{
		WeChat: client, Secrets: far.secrets, Services: far.services, UnknownAppIsDefault: far.unknownAppIsDefault,
		Store:  store,
		Hasher: hasher, Username: username.Fold,
		PasswordPolicy: passwordpolicy.Check, Directory: far.directory,
		Pushes: wechatdata.Pushes{}, Data: wechatdata.Opener{}, CheckSession: far.checkSession, AvatarHosts: far.avatarHosts,
	})
	authorizer := apigw.NewAuthorizer(apigw.AuthorizerConfig{
		Verifier: login.Verifier{Presence: store}, Log: log, Origin: far.origin, LogAddress: true,
	})
	gateway := localgw.New(apigw.MaxBody)
	meters.watch(hasher, gateway)
	for _, route := range apigw.Routes() {
		handler := apigw.New(apigw.Config{Service: service, Log: log, Origin: far.origin, LogAddress: true, Code: page.Code}, route)
		if route.Guard() == apigw.GuardAuthorizer {
			gateway.RouteBehind(authorizer, route.Method, route.Path, handler)
		} else {
			gateway.Route(route.Method, route.Path, handler)
		}
	}
	probes := &health{store: store}
	return page.Handler(far.cors.Handler(probes.Handler(gateway))), nil
}

// serve answers requests until the context ends, and purges regularly.
func serve(ctx context.Context, listener net.Listener, handler http.Handler, purge func(ctx context.Context, now time.Time) error) error {
	server := localgw.NewServer(handler)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	tick := time.NewTicker(purgeEvery)
	defer tick.Stop()
	for {
		if err := purge(ctx, time.Now()); err != nil && ctx.Err() == nil {
			slog.WarnContext(ctx, "cannot purge", "error", err.Error())
		}
		select {
		case err := <-ended:
			return err
		case <-tick.C:
		case <-ctx.Done():
			grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), graceTime)
			defer cancel()
			if err := server.Shutdown(grace); !errors.Is(err, context.DeadlineExceeded) {
				return err
			}
			return errorf("requests that took longer than %v were cut off", graceTime)
		}
	}
}
