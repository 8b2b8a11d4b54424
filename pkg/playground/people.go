package playground

import (
	"sync"

	"github.com/wxbind/wxbind/pkg/wechattest"
)

// maxPeople is how many openids people remembers beyond those of the well-known.
const maxPeople = 10_000

// wellKnown are the persons whom docs and the page name, so that they have names after a restart, too.
var wellKnown = [...]string{"alice", "bob", "carol", "dave", visitor}

// people knows which person of the stand-in an openid is.
type people struct {
	mu    sync.Mutex
	names map[[2]string]string // by appid and openid
}

func newPeople(apps []App) *people {
	p := &people{names: map[[2]string]string{}}
	for _, app := range apps {
		for _, name := range wellKnown {
			p.names[[2]string{app.AppID, wechattest.OpenID(app.AppID, name)}] = name
		}
	}
	return p
}

// meet notes whom a call has identified.
func (p *people) meet(c wechattest.Call) {
	if c.OpenID == "" {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.names) < maxPeople {
		p.names[[2]string{c.AppID, c.OpenID}] = c.Person
	}
}

// named returns the person of an openid, "" for a stranger.
func (p *people) named(appID, openID string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.names[[2]string{appID, openID}]
}
