package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"

	"github.com/wxbind/wxbind/pkg/doctor"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
)

// toServeRealOnes is what to do so that no stand-in is used.
const toServeRealOnes = "set WX_APPID and WX_APPSECRET or --secret-file"

// checkStandIn refuses the stand-in for WeChat, to which anybody can be anybody, where real people may meet it: on an
// address that is not loopback or behind a proxy, unless --stand-in asks for it by name, and on a store that has served a
// real mini-program. The store remembers for good what it serves.
func (c serveCmd) checkStandIn(ctx context.Context, store *sqlitestore.Store, far *farSide, addr net.Addr) error {
	served, err := store.ServedApps(ctx)
	if err != nil {
		return err
	}
	ofStandIn, genuine := apart(far.apps)
	before, genuineBefore := apart(served)
	switch {
	case len(ofStandIn) > 0 && len(genuineBefore) > 0:
		return errorf("%s has served the mini-program %s, and with the stand-in for WeChat anybody could log in as anybody: "+
			toServeRealOnes+", or try the stand-in on another folder (--data)", c.Data, genuineBefore[0])
	case far.standInApp && c.StandIn == "" && (!onLoopback(addr) || far.origin.Rules.Behind()):
		return errorf("%s, and with the stand-in for WeChat anybody can log in as anybody: "+toServeRealOnes+
			", listen on loopback (--addr 127.0.0.1:3000) with no proxy in front, or ask for the stand-in by name (--stand-in 127.0.0.1:0)", noneIsReal(far.file != nil))
	case len(genuine) > 0 && len(before) > 0:
		slog.WarnContext(ctx, "the folder has served the stand-in for WeChat: its user demo and the sessions of those who tried it live on; "+
			"end them with `wxbind session revoke` and `wxbind user delete`, or serve real people from a new folder", "data", c.Data)
	}
	return noteServed(ctx, store, far.apps)
}

// noneIsReal says why the stand-in is used.
func noneIsReal(inFile bool) string {
	if inFile {
		return textf("the secret's file has only the mini-programs of the stand-in")
	}
	return textf("WX_APPID and WX_APPSECRET are not set")
}

func noteServed(ctx context.Context, store *sqlitestore.Store, apps []string) error {
	for _, appID := range apps {
		if err := store.AddServedApp(ctx, appID); err != nil {
			return err
		}
	}
	return nil
}

// acceptChanges makes a secret in a file that changes keep what was checked at the start: no mini-program of the stand-in beside
// a real one, and a key for the directory. The store remembers the new mini-programs, too.
func (f *farSide) acceptChanges(store *sqlitestore.Store) {
	if f.file == nil {
		return
	}
	f.file.Accept(func(ctx context.Context, changed *login.Secret) error {
		ofStandIn, genuine := apart(appsOf(changed))
		switch {
		case f.standInApp && len(genuine) > 0:
			return fmt.Errorf("%s is a mini-program of the real WeChat, and the stand-in is being served: restart wxbind", genuine[0])
		case !f.standInApp && len(ofStandIn) > 0:
			return fmt.Errorf("%s is a mini-program of the stand-in for WeChat, and real ones are being served: take it out", ofStandIn[0])
		case f.directory != nil && changed.DirectoryKey == "":
			return errors.New("there is no directoryKey any more, and a directory is used")
		}
		if err := noteServed(ctx, store, appsOf(changed)); err != nil {
			return err
		}
		slog.InfoContext(ctx, "the secret's file has changed and is used", "secret", doctor.Describe(changed))
		return nil
	})
}

// apart tells the stand-in's mini-programs from real ones.
func apart(appIDs []string) (ofStandIn, genuine []string) {
	for _, appID := range appIDs {
		if slices.Contains([]string{standInAppID, secondStandInAppID}, appID) {
			ofStandIn = append(ofStandIn, appID)
		} else {
			genuine = append(genuine, appID)
		}
	}
	return ofStandIn, genuine
}

// onLoopback reports whether only this machine can reach an address.
func onLoopback(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}
