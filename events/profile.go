package events

import (
	"slices"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

// setProfile holds the cases of POST /mobileApi/user/profile.
var setProfile = slices.Concat(
	on("profile-good", []Case{
		{Name: "profile-good", After: afterBind, Status: 200, Code: 1},
		{Name: "profile-good-english", After: afterBind, but: edits{field("lang", "en")}, Status: 200, Code: 1},
		{Name: "profile-good-x-token", After: afterBind, but: inXToken, Status: 200, Code: 1},
		{Name: "profile-good-form", Odd: true, After: afterBind, but: edits{formBody("name=%E5%BC%A0%E4%B8%89&avatar=https%3A%2F%2Fimg.example.com%2Fa.png")}, Status: 200, Code: 1},
		{Name: "profile-good-name-alone", After: afterBind, but: edits{noField("avatar")}, Status: 200, Code: 1},
		{Name: "profile-good-avatar-alone", After: afterBind, but: edits{noField("name")}, Status: 200, Code: 1},
		{Name: "profile-good-empty-name", After: afterBind, but: edits{field("name", "")}, Status: 200, Code: 1},
		{Name: "profile-good-no-avatar-any-more", After: []string{"bind-good", "profile-good"}, but: edits{noField("name"), field("avatar", "")}, Status: 200, Code: 1},
		{Name: "profile-good-no-avatar-in-a-form", After: afterBind, but: edits{formBody("avatar=")}, Status: 200, Code: 1},
		{Name: "profile-good-somebody-called-null", After: afterBind, but: edits{field("name", "null"), field("avatar", nil)}, Status: 200, Code: 1},
		{Name: "profile-good-after-registration", After: []string{"register-good"}, Status: 200, Code: 1},
		{Name: "profile-good-twice", After: []string{"bind-good", "profile-good"}, Status: 200, Code: 1},
		{Name: "profile-nothing", After: afterBind, but: edits{jsonBody(`{"name":null,"avatar":null}`)}, Status: 400, Error: login.ProfileMissing},
		{Name: "profile-no-body", After: afterBind, but: edits{noBody}, Status: 400, Error: login.ProfileMissing},
		{Name: "profile-empty-name-alone", After: afterBind, but: edits{jsonBody(`{"name":""}`)}, Status: 400, Error: login.ProfileMissing},
		{Name: "profile-blank-name", After: afterBind, but: edits{field("name", " \u3000")}, Status: 400, Error: login.NameInvalid},
		{Name: "profile-long-name", After: afterBind, but: edits{field("name", strings.Repeat("张", 33))}, Status: 400, Error: login.NameInvalid},
		{Name: "profile-name-with-a-line-break", After: afterBind, but: edits{field("name", "a\nb")}, Status: 400, Error: login.NameInvalid},
		{Name: "profile-name-backwards", After: afterBind, but: edits{field("name", "a\u202eb")}, Status: 400, Error: login.NameInvalid},
		{Name: "profile-temporary-avatar", After: afterBind, but: edits{field("avatar", "wxfile://tmp_7f3a.png")}, Status: 400, Error: login.AvatarInvalid},
		{Name: "profile-avatar-elsewhere", After: afterBind, but: edits{field("avatar", "https://evil.example/a.png")}, Status: 400, Error: login.AvatarInvalid},
		{Name: "profile-avatar-without-tls", After: afterBind, but: edits{field("avatar", "http://img.example.com/a.png")}, Status: 400, Error: login.AvatarInvalid},
		{Name: "profile-undefined-avatar", After: afterBind, but: edits{field("avatar", "undefined")}, Status: 400, Error: login.AvatarInvalid},
	}),
	slices.Concat(badTokens, endedSessions.only("revoked", "disabled", "deleted"), notHTTP).of("profile", "profile-good"),
	slices.Concat(badBodies("name", `"a"`), badQueries).of("profile", "profile-good", afterBind...),
)

func init() { declare(setProfile) }
