package login_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

func TestSetProfile(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	token := w.Token("alice-2")
	name, avatar, none := " 张三 ", "https://img.example.com/a.png?v=1", ""
	given := login.Given{AppID: appID, At: w.Clock()}
	for _, c := range []struct {
		is      string
		request login.ProfileRequest
		want    login.User
	}{
		{"the name", login.ProfileRequest{Name: &name}, login.User{Name: "张三", NameGiven: given}},
		{"the avatar", login.ProfileRequest{Avatar: &avatar}, login.User{Name: "张三", NameGiven: given, Avatar: avatar, AvatarGiven: given}},
		{"no avatar", login.ProfileRequest{Avatar: &none}, login.User{Name: "张三", NameGiven: given, AvatarGiven: given}},
	} {
		var told login.User
		v := w.Visit(token)
		events := logintest.Events(t, func(ctx context.Context) {
			var err error
			told, err = w.SetProfile(ctx, v, c.request)
			w.must(nil, err)
		})
		stored, err := w.DB.UserByID(t.Context(), v.User.ID)
		w.must(nil, err)
		for who, u := range map[string]login.User{"told": told, "stored": stored} {
			if u.Name != c.want.Name || u.Avatar != c.want.Avatar || u.NameGiven != c.want.NameGiven || u.AvatarGiven != c.want.AvatarGiven {
				t.Errorf("%s: %s %+v, want %+v", c.is, who, u, c.want)
			}
		}
		if !slices.Contains(events, login.EventProfileSet) {
			t.Errorf("%s: the events are %v", c.is, events)
		}
	}
}

func TestSetProfileRefuses(t *testing.T) {
	text := func(s string) *string { return &s }
	for name, c := range map[string]struct {
		request login.ProfileRequest
		want    login.Code
	}{
		"nothing":         {login.ProfileRequest{}, login.ProfileMissing},
		"a bad name":      {login.ProfileRequest{Name: text("a\nb"), Avatar: text("https://img.example.com/a.png")}, login.NameInvalid},
		"a bad avatar":    {login.ProfileRequest{Name: text("a"), Avatar: text("https://example.com/a.png")}, login.AvatarInvalid},
		"a name of blank": {login.ProfileRequest{Name: text(" \u3000\u200b")}, login.NameInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Bound("alice-1", "alice")
			v := w.Visit(w.Token("alice-2"))
			w.DB.Forget()
			if _, err := w.SetProfile(t.Context(), v, c.request); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if len(w.DB.Calls) > 0 {
				t.Errorf("the store was asked %v", w.DB.Calls)
			}
		})
	}
}

func TestSetProfileOfADeletedUser(t *testing.T) {
	w := newWorld(t)
	u := w.Bound("alice-1", "alice")
	v := w.Visit(w.Token("alice-2"))
	u, err := w.DB.UserByID(t.Context(), u.ID)
	w.must(nil, err)
	w.must(nil, w.DB.DeleteUser(t.Context(), u))
	name := "a"
	if _, err := w.SetProfile(t.Context(), v, login.ProfileRequest{Name: &name}); !errors.Is(err, login.SessionInvalid) {
		t.Errorf("got %v", err)
	}
}

// A directory's user is described by the platform: where the directory is set, and where only the stored user shows it.
func TestSetProfileOfADirectorysUser(t *testing.T) {
	w := newWorld(t)
	u, err := w.DB.EnrollUser(t.Context(), login.Profile{ID: "1001", Username: "alice", Name: "Alice"}, w.Clock(), login.NewID())
	w.must(nil, err)
	name := "a"
	if _, err := w.SetProfile(t.Context(), login.Visitor{User: u}, login.ProfileRequest{Name: &name}); !errors.Is(err, login.DirectoryCannot) {
		t.Errorf("got %v", err)
	}
}

func TestNamesThatUsersGive(t *testing.T) {
	for name, good := range map[string]bool{
		"张三": true, "O'Brien": true, "👨‍👩‍👧": true, "a": true, "<b>": true, "مرحبا": true, "a  b": true,
		strings.Repeat("张", 32): true, strings.Repeat("张", 33): false, strings.Repeat("a", 33): false,
		strings.Repeat("😀", 32): true, "a\x00": false, "a\tb": false, "a\u0085b": false, "a\u2028b": false, "a\u202eb": false, "a\u2066b": false,
		"a\ufffdb": false, "a\xffb": false, "a\ufffeb": false, "\u200e": false, "": false,
		"🏴\U000E0067\U000E0062\U000E007F": true, "\U000E0061\u200d\U000E0062": false,
	} {
		w := newWorld(t)
		w.Bound("alice-1", "alice")
		v := w.Visit(w.Token("alice-2"))
		if _, err := w.SetProfile(t.Context(), v, login.ProfileRequest{Name: &name}); good != (err == nil) || !good && !errors.Is(err, login.NameInvalid) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// Addresses that browsers, mini-programs and servers could read differently are refused, and so is every host that is not named.
func TestAvatarsThatUsersGive(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	v := w.Visit(w.Token("alice-2"))
	for address, good := range map[string]bool{
		"https://img.example.com/a.png":             true,
		"https://IMG.Example.com/A.png":             true,
		"HTTPS://img.example.com":                   true,
		"https://img.example.com:443/a.png":         true,
		"https://img.example.com/%E5%BC%A0.png?a=b": true,
		"https://img.example.com?x=/@evil.example":  true,
		"https://x.cdn.example.com/a.png":           true,
		"https://x.y.cdn.example.com/a.png":         true,

		"https://cdn.example.com/a.png":                        false, // *. is what is below it
		"https://xcdn.example.com/a.png":                       false,
		"https://example.com/a.png":                            false,
		"https://img.example.com.evil.example/":                false,
		"https://evil.example/img.example.com":                 false,
		"https://img.example.com./a.png":                       false,
		"https://.cdn.example.com/a.png":                       false,
		"https://a..cdn.example.com/a.png":                     false,
		"http://img.example.com/a.png":                         false,
		"//img.example.com/a.png":                              false,
		"img.example.com/a.png":                                false,
		"https:img.example.com/a.png":                          false,
		"https:/img.example.com/a.png":                         false,
		"https:///img.example.com/a.png":                       false,
		"javascript:alert(1)//img.example.com":                 false,
		"data:image/png;base64,AAAA":                           false,
		"wxfile://tmp/a.png":                                   false, // what chooseAvatar gives, before it is uploaded
		"http://tmp/a.png":                                     false,
		"https://a@img.example.com/a.png":                      false,
		"https://a:b@img.example.com/a.png":                    false,
		"https://@img.example.com/a.png":                       false,
		"https://img.example.com@evil.example/":                false,
		"https://img.example.com:80/a.png":                     false,
		"https://img.example.com:/a.png":                       false,
		"https://img.example.com:0443/a.png":                   false,
		"https://img.example.com:443:443/":                     false,
		"https://img.example.com/a.png#x":                      false,
		"https://img.example.com/a.png#":                       false,
		"https://img.example.com\\@evil.example/":              false,
		"https://evil.example\\.img.example.com/":              false,
		"https://img.example.com/\"onload=\"x":                 false,
		"https://img.example.com/<script>":                     false,
		"https://img.example.com/a b.png":                      false,
		" https://img.example.com/a.png":                       false,
		"https://img.example.com/a.png\n":                      false,
		"https://img.exa\tmple.com/a.png":                      false,
		"https://img.example.com/张.png":                        false,
		"https://img。example.com/a.png":                        false, // an ideographic full stop, which browsers take for a dot
		"https://ımg.example.com/a.png":                        false,
		"https://img%2Eexample.com/a.png":                      false,
		"https://img.example.com%2F.cdn.evil/":                 false,
		"https://%69mg.example.com/a.png":                      false,
		"https://[::1]/a.png":                                  false,
		"https://127.0.0.1/a.png":                              false,
		"https://img_.cdn.example.com/a.png":                   false,
		"https://-.cdn.example.com/a.png":                      false,
		"https://img.example.com/%zz":                          false,
		"https://img.example.com/\x00":                         false,
		"https://img.example.com/a.png%00.html":                false, // where C ends a text
		"https://img.example.com/a%0d%0ab":                     false,
		"https://img.example.com/a.png?b=%0A":                  false,
		"https://img.example.com/a.png?b=%7f":                  false,
		"https://img.example.com/a.png?%zz":                    false,
		"https://img.example.com/%D5%C5.png":                   true, // GBK
		"https://img.example.com/" + strings.Repeat("a", 1000): true,
		"https://img.example.com/" + strings.Repeat("a", 1001): false,
	} {
		_, err := w.SetProfile(t.Context(), v, login.ProfileRequest{Avatar: &address})
		if good != (err == nil) || !good && !errors.Is(err, login.AvatarInvalid) {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// Where no hosts are named, nobody has an avatar, but one that is there can be removed.
func TestAvatarWithoutHosts(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	v := w.Visit(w.Token("alice-2"))
	c := w.Config
	c.AvatarHosts = nil
	service := login.New(c)
	address, none := "https://img.example.com/a.png", ""
	if _, err := service.SetProfile(t.Context(), v, login.ProfileRequest{Avatar: &address}); !errors.Is(err, login.AvatarInvalid) {
		t.Errorf("got %v", err)
	}
	if _, err := service.SetProfile(t.Context(), v, login.ProfileRequest{Avatar: &none}); err != nil {
		t.Errorf("removing it: %v", err)
	}
}

func TestParseAvatarHosts(t *testing.T) {
	for text, want := range map[string][]string{
		"":                                   nil,
		" \n":                                nil,
		"img.example.com, *.CDN.example.com": {"img.example.com", "*.cdn.example.com"},
		"xn--fiqs8s.example":                 {"xn--fiqs8s.example"},
		"localhost":                          {"localhost"},
	} {
		if got, err := login.ParseAvatarHosts(text); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"*", "*.com", "*.", "*example.com", "a.*.example.com", "https://img.example.com", "img.example.com/", "img.example.com:443", "a,,b", "a,",
		"img example.com", "图.example.com", "127.0.0.1", "[::1]", "-a.example.com", ".example.com", "example.com.", strings.Repeat("a.example.com,", 20) + "b.example.com",
		strings.Repeat("a", 64) + ".example.com", strings.Repeat("a.", 130) + "example",
	} {
		if got, err := login.ParseAvatarHosts(text); err == nil {
			t.Errorf("%q: %q", text, got)
		}
	}
}

// A directory may describe pictures on any host, written as users write them.
func TestDescribedAvatars(t *testing.T) {
	for address, good := range map[string]bool{
		"https://platform.example/a.png": true, "http://platform.example/a.png": false, "https://a@platform.example/": false, "": false, "x": false, "https://": false,
	} {
		if got := login.DescribedAvatar(address); got != good {
			t.Errorf("%q: %v", address, got)
		}
	}
}
