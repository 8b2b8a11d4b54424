package main

import (
	"context"
	"net"
	"net/http"
	"runtime/debug"

	"github.com/wxbind/wxbind/pkg/exposition"
	"github.com/wxbind/wxbind/pkg/localgw"
	"github.com/wxbind/wxbind/pkg/outbox"
	"github.com/wxbind/wxbind/pkg/password"
	"github.com/wxbind/wxbind/pkg/requestlog"
)

// metricsFlag is an address of its own. A path beside the API would be forwarded by a proxy on the same machine, whose requests come
// from loopback, too.
type metricsFlag struct {
	Metrics string `help:"Where to answer GET /metrics for Prometheus: an address of loopback, such as 127.0.0.1:9464. There are no metrics without it." placeholder:"HOST:PORT" type:"given"`
}

// meters measure serve for Prometheus. A nil one measures nothing.
type meters struct {
	*exposition.Metrics
	listener net.Listener
	server   *http.Server
}

// serveMetrics answers Prometheus until the meters are closed. They are nil if the flag is not given.
func (f metricsFlag) serveMetrics(ctx context.Context) (*meters, error) {
	if f.Metrics == "" {
		return nil, nil //nolint:nilnil // a nil meters does nothing
	}
	listener, err := listen(ctx, f.Metrics, "--metrics")
	if err != nil {
		return nil, err
	}
	if !onLoopback(listener.Addr()) {
		listener.Close()
		return nil, errorf("--metrics %s: others could read there how many log in; listen on loopback, such as --metrics 127.0.0.1:9464", f.Metrics)
	}
	config := exposition.Config{Refusals: localgw.Refusals()}
	if info, ok := debug.ReadBuildInfo(); ok {
		v := versionOf(info)
		config.Version, config.Commit = v.Version, v.Commit
	}
	m := &meters{Metrics: exposition.New(config), listener: listener}
	m.server = localgw.NewServer(m.Metrics)
	go m.server.Serve(localgw.Bound(listener)) //nolint:errcheck // it ends when closed
	return m, nil
}

// observe tells the metrics of what next is told of.
func (m *meters) observe(next func(requestlog.Request)) func(requestlog.Request) {
	if m == nil {
		return next
	}
	return func(r requestlog.Request) {
		m.Observe(r)
		next(r)
	}
}

// watch measures the hashing of passwords, and counts what the gateway refuses.
func (m *meters) watch(hasher *password.Hasher, gateway *localgw.Gateway) {
	if m != nil {
		m.Hashing(hasher.Load)
		gateway.OnRefusal(m.Refused)
	}
}

// watchNotices measures how notices are delivered, if they are.
func (m *meters) watchNotices(w *outbox.Worker) {
	if m != nil && w != nil {
		m.Notices(w.Stats)
	}
}

// url is where the metrics are, "" for nowhere.
func (m *meters) url() string {
	if m == nil {
		return ""
	}
	return "http://" + m.listener.Addr().String() + exposition.Path
}

func (m *meters) close() {
	if m != nil {
		m.server.Close()
	}
}
