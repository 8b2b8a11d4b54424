package playground

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// maxListed is how many users, bindings and sessions the view has, of each.
const maxListed = 20

// view is what the store holds, as far as it is shown. Times are in milliseconds since 1970.
type view struct {
	Users    []viewedUser    `json:"users"`
	Bindings []viewedBinding `json:"bindings"`
	Sessions []viewedSession `json:"sessions"`
	// More is how many there are besides. Beyond 10,000 of each it does not count.
	More struct {
		Users    int `json:"users"`
		Bindings int `json:"bindings"`
		Sessions int `json:"sessions"`
	} `json:"more"`
}

type viewedUser struct {
	ID       string `json:"id"`
	Username string `json:"username"` // "" for one who has registered and chosen none
	Name     string `json:"name"`
	// Phone is masked, "" for none.
	Phone     string   `json:"phone"`
	Disabled  bool     `json:"disabled"`
	Roles     []string `json:"roles"`
	CreatedAt int64    `json:"createdAt"`
	Apps      []string `json:"apps"`
	// Sessions counts the live ones among those shown.
	Sessions int `json:"sessions"`
}

type viewedBinding struct {
	AppID       string `json:"appId"`
	OpenID      string `json:"openId"`
	UserID      string `json:"userId"`
	BoundAt     int64  `json:"boundAt"`
	LastLoginAt int64  `json:"lastLoginAt"`
	// Person is whom the stand-in calls so.
	Person string `json:"person,omitempty"`
}

type viewedSession struct {
	ID        string `json:"id"`
	UserID    string `json:"userId"`
	AppID     string `json:"appId"`
	Device    string `json:"device"`
	CreatedAt int64  `json:"createdAt"`
	SeenAt    int64  `json:"seenAt"`
	// End is when it ends by itself.
	End int64 `json:"end"`
	// Ended is why it is over, as a client is told.
	Ended string `json:"ended,omitempty"`
}

// view reads the store.
func (p *Playground) view(ctx context.Context) (view, error) {
	n, err := p.store.Newest(ctx, maxListed)
	if err != nil {
		return view{}, err
	}
	v := view{Users: []viewedUser{}, Bindings: []viewedBinding{}, Sessions: []viewedSession{}}
	now := time.Now()
	byID := map[string]login.User{}
	for _, u := range n.Users {
		byID[u.ID] = u
	}
	live := map[string]int{}
	for _, s := range n.Sessions {
		ended := string(s.Dead(byID[s.UserID], now))
		if ended == "" {
			live[s.UserID]++
		}
		end := s.IdleEnd
		if s.AbsoluteEnd.Before(end) {
			end = s.AbsoluteEnd
		}
		v.Sessions = append(v.Sessions, viewedSession{
			ID: s.ID(), UserID: s.UserID, AppID: s.AppID, Device: s.Device, CreatedAt: s.CreatedAt.UnixMilli(),
			SeenAt: s.SeenAt.UnixMilli(), End: end.UnixMilli(), Ended: ended,
		})
	}
	for _, u := range n.Users {
		v.Users = append(v.Users, viewedUser{
			ID: u.ID, Username: u.Username, Name: u.Name, Phone: u.Phone.Masked(), Disabled: u.Disabled, Roles: append([]string{}, u.Roles...),
			CreatedAt: u.CreatedAt.UnixMilli(), Apps: append([]string{}, slices.Sorted(maps.Keys(u.Apps))...), Sessions: live[u.ID],
		})
	}
	for _, b := range n.Bindings {
		v.Bindings = append(v.Bindings, viewedBinding{
			AppID: b.AppID, OpenID: b.OpenID, UserID: b.UserID, BoundAt: b.BoundAt.UnixMilli(), LastLoginAt: b.LastLoginAt.UnixMilli(),
			Person: p.people.named(b.AppID, b.OpenID),
		})
	}
	v.More.Users, v.More.Bindings = n.Total.Users-len(v.Users), n.Total.Bindings-len(v.Bindings)
	v.More.Sessions = n.Total.Sessions - len(v.Sessions)
	return v, nil
}

// showStore answers the view.
func (p *Playground) showStore(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), actTime)
	defer cancel()
	v, err := p.view(ctx)
	if err != nil {
		failed(w, err)
		return
	}
	answer(w, http.StatusOK, v)
}
