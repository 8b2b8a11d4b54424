package userfile_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/sheet"
	"github.com/wxbind/wxbind/pkg/userfile"
)

// bindings returns the rows and bad rows of a text, one per line, as "line appId openid username userId unionid", with "at time" if
// there is one, or "line openid! reason".
func bindings(t *testing.T, text string, format userfile.Format, o sheet.Options) (got []string, ignored []string, err error) {
	t.Helper()
	r, err := userfile.NewBindings(strings.NewReader(text), format, o)
	if err != nil {
		return nil, nil, err
	}
	for row, err := range r.Rows() {
		if bad, isBad := errors.AsType[*admin.BadRow](err); isBad {
			got = append(got, fmt.Sprintf("%d %s! %v", bad.Line, bad.OpenID, bad.Cause))
			continue
		}
		if err != nil {
			return got, nil, err
		}
		text := fmt.Sprintf("%d %s %s %s %s %s", row.Line, row.AppID, row.OpenID, row.Username, row.UserID, row.UnionID)
		if !row.BoundAt.IsZero() {
			text += " at " + row.BoundAt.Format(time.RFC3339) + " " + row.LastLoginAt.Format(time.RFC3339)
		}
		got = append(got, text)
	}
	return got, r.Ignored(), nil
}

const notBinding = "the line is not one JSON object with appId, openid, username, userId, unionid, boundAt and lastLoginAt (strings)"

func TestRowsOfBindings(t *testing.T) {
	for name, c := range map[string]struct {
		format userfile.Format
		text   string
		want   []string
	}{
		"CSV":                       {userfile.CSV, "appId,openid,username,unionid\nwx1,o1,alice,u1\nwx1,o2,bob,\n", []string{"2 wx1 o1 alice  u1", "3 wx1 o2 bob  "}},
		"by the id, in other cases": {userfile.CSV, "USER_ID,Open Id,APPID\n 17 ,\u3000o1\u00a0,wx1\n", []string{"2 wx1 o1  17 "}},
		"in Chinese, with tabs": {userfile.CSV, "小程序\topenid\t用户名\t用户ID\tunionid\nwx1\to1\t爱丽丝\t17\tu1\n",
			[]string{"2 wx1 o1 爱丽丝 17 u1"}},
		"in GBK": {userfile.CSV, "\xd0\xa1\xb3\xcc\xd0\xf2;openid;\xd3\xc3\xbb\xa7\xc3\xfb\nwx1;o1;\xc4\xe3\n;;\n", []string{"2 wx1 o1 你  "}},
		"with times": {userfile.CSV, "appId,openid,userId,boundAt,lastLoginAt\nwx1,o1,17,2026-01-02T03:04:05Z,2026-02-02T11:04:05+08:00\nwx1,o2,18,yesterday,\n",
			[]string{"2 wx1 o1  17  at 2026-01-02T03:04:05Z 2026-02-02T11:04:05+08:00", "3 o2! boundAt is no time such as 2026-01-02T03:04:05Z"}},
		"too many fields": {userfile.CSV, "appId,openid,userId\nwx1,o1,17,18\nwx1,o2,17\n",
			[]string{"2 o1! the row has 4 fields, but the first line names 3", "3 wx1 o2  17 "}},
		"JSON lines": {userfile.JSONLines, "{\"appId\":\"wx1\",\"openid\":\"o1\",\"userId\":\"17\"}\n\n{\"appid\":\"wx1\",\"openId\":\"o2\",\"username\":\"bob\",\"unionId\":\"u2\"}\n",
			[]string{"1 wx1 o1  17 ", "3 wx1 o2 bob  u2"}},
		"what is no JSON line": {userfile.JSONLines, "[]\n{\"openid\":1}\n{\"user\":\"MARK\"}\n{} {}\n{\"openid\":\"o1\",\"boundAt\":\"MARK\"}\n",
			[]string{"1 ! " + notBinding, "2 ! openid must be a string", "3 ! unknown columns: \"user\"", "4 ! " + notBinding, "5 o1! boundAt is no time such as 2026-01-02T03:04:05Z"}},
		"a bad row of somebody": {userfile.JSONLines, "{\"openid\":\"o1\",\"nick\":\"MARK\"}\n{\"boundAt\":1,\"openId\":\"o2\"}\n{\"openid\":\"o3\",\"appId\":\"MARK",
			[]string{"1 o1! unknown columns: \"nick\"", "2 o2! boundAt must be a string", "3 o3! " + notBinding}},
		"a damaged row of somebody": {userfile.CSV, "openid,appId,username\no1,wx1,\xff\no2,wx1,\"MARK\n", []string{
			"2 o1! the line ends in the middle of a GBK character; the file may be cut", "3 o2! unmatched quotes; a row must be one line"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, _, err := bindings(t, c.text, c.format, sheet.Options{})
			if err != nil || !slices.Equal(got, c.want) {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestWrongColumnsOfBindings(t *testing.T) {
	for text, want := range map[string]string{
		"":                                    "empty",
		"openid,username\n":                   "the column appId is missing",
		"appId,username\n":                    "the column openid is missing",
		"appId,openid\n":                      "username and userId are both missing",
		"appId,openid,username,nickname\n":    `unknown columns: "nickname"`,
		"appId,openid,username,session_key\n": `unknown columns: "session_key"`,
	} {
		if _, _, err := bindings(t, text, userfile.CSV, sheet.Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, _, err := bindings(t, "", "xml", sheet.Options{}); err == nil {
		t.Error("there is a format xml")
	}
	got, ignored, err := bindings(t, "appId,openid,nickname,username\nwx1,o1,x,alice\n", userfile.CSV, sheet.Options{IgnoreUnknown: true})
	if err != nil || !slices.Equal(got, []string{"2 wx1 o1 alice  "}) || !slices.Equal(ignored, []string{`"nickname"`}) {
		t.Errorf("got %q, %q, %v", got, ignored, err)
	}
}
