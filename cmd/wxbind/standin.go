package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"

	"github.com/wxbind/wxbind/pkg/sqlitestore"
)

// checkStandIn refuses the stand-in for WeChat, to which anybody can be anybody, where real people may meet it: on an
// address that is not loopback or behind a proxy, unless --stand-in asks for it by name, and on a store that has served a
// real mini-program. The store remembers for good what it serves.
func (c serveCmd) checkStandIn(ctx context.Context, store *sqlitestore.Store, far *farSide, addr net.Addr) error {
	served, err := store.ServedApps(ctx)
	if err != nil {
		return err
	}
	genuine := genuineApp(served)
	switch {
	case far.appID == standInAppID && genuine != "":
		return fmt.Errorf("%s has served the mini-program %s, and with the stand-in for WeChat anybody could log in as anybody: "+
			"set WX_APPID and WX_APPSECRET, or try the stand-in on another folder (--data)", c.Data, genuine)
	case far.standInApp && c.StandIn == "" && (!onLoopback(addr) || far.origin.Rules.Behind()):
		return errors.New("WX_APPID and WX_APPSECRET are not set, and with the stand-in for WeChat anybody can log in as anybody: " +
			"set both, listen on loopback (--addr 127.0.0.1:3000) with no proxy in front, or ask for the stand-in by name (--stand-in 127.0.0.1:0)")
	case far.appID != standInAppID && slices.Contains(served, standInAppID):
		slog.WarnContext(ctx, "the folder has served the stand-in for WeChat: its user demo and the sessions of those who tried it live on; "+
			"end them with `wxbind session revoke` and `wxbind user delete`, or serve real people from a new folder", "data", c.Data)
	}
	return store.AddServedApp(ctx, far.appID)
}

// genuineApp returns a mini-program that is not the stand-in's, or "" if there is none.
func genuineApp(appIDs []string) string {
	for _, appID := range appIDs {
		if appID != standInAppID {
			return appID
		}
	}
	return ""
}

// onLoopback reports whether only this machine can reach an address.
func onLoopback(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}
