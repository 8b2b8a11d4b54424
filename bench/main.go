// Command bench measures `wxbind serve` beside what people would write instead, and as its store grows. It starts all
// that it needs on free ports of this machine, in a folder of its own, and stops it at the end. Its load and its WeChat,
// which answers at once, are in this process and are not counted. See docs/performance.md.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
)

const usage = `peers or growth?

Settings, as environment variables:

  USERS    the people who are bound, in each store; 100000
  ROUNDS   how often each is measured, in turns; 3
  ONE      answers of a turn with one request in flight; 1500
  MANY     answers of a turn with 16 requests in flight; 6000
  PEERS    what is measured beside wxbind; ` + defaultPeers + `
           each of gin, express and spring also as NAME-durable: Redis waits for the disk
  WARM_UP  answers before the first round of what runs on a JVM; 80000
  SIZES    growth: how many people are bound; 10000 100000 1000000
`

func main() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := run(ctx, os.Args[1:])
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) (err error) {
	if runtime.GOOS != "linux" {
		return fmt.Errorf("the processor time of processes is read from Linux's /proc, which %s does not have", runtime.GOOS)
	}
	measure := map[string]func(context.Context, *stage, settings) error{"peers": comparePeers, "growth": measureGrowth}
	if len(args) != 1 || measure[args[0]] == nil {
		return errors.New(strings.TrimSpace(usage))
	}
	c, err := settingsFrom(os.Getenv)
	if err != nil {
		return err
	}
	s, err := openStage(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	if err := measure[args[0]](ctx, s, c); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("interrupted; what was started is stopped")
		}
		return err
	}
	return nil
}
