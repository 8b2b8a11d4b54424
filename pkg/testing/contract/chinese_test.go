package contract_test

import (
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// halfWidth finds punctuation of Latin text that touches a Chinese character. Chinese text has （，。；：！？） instead.
var halfWidth = regexp.MustCompile(`\p{Han}[,;:!?()]|[,;:!?()]\p{Han}`)

// unspaced finds a Chinese character that touches a Latin letter or a digit. There is a space between them.
var unspaced = regexp.MustCompile(`\p{Han}[A-Za-z0-9]|[A-Za-z0-9]\p{Han}`)

// badChinese returns what is wrong with the typography of a line of Chinese text, and "" if nothing is.
func badChinese(line string) string {
	if found := halfWidth.FindString(line); found != "" {
		return "half-width punctuation in " + found
	}
	if found := unspaced.FindString(line); found != "" {
		return "no space in " + found
	}
	return ""
}

// mainlyChinese says whether a text is Chinese, rather than English that quotes a Chinese word.
func mainlyChinese(text string) bool {
	han, latin := 0, 0
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Han, r):
			han++
		case unicode.Is(unicode.Latin, r):
			latin++
		}
	}
	return han > latin
}

var (
	codeSpan   = regexp.MustCompile("`[^`]*`")
	linkTarget = regexp.MustCompile(`\]\([^)]*\)`)
	comment    = regexp.MustCompile(`<!--.*?-->`)
)

// prose returns the lines of a Markdown page without blocks of code, which become empty. A code span becomes a letter, and a
// link loses its target.
func prose(page string) []string {
	lines := strings.Split(page, "\n")
	inBlock := false
	for i, line := range lines {
		fence := strings.HasPrefix(strings.TrimSpace(line), "```")
		if fence {
			inBlock = !inBlock
		}
		if fence || inBlock {
			lines[i] = ""
			continue
		}
		line = comment.ReplaceAllString(codeSpan.ReplaceAllString(line, "x"), "")
		lines[i] = linkTarget.ReplaceAllString(line, "]")
	}
	return lines
}

// textPiece finds the pieces of a line of JavaScript, TypeScript, WXML or HTML that may be text.
var textPiece = regexp.MustCompile("[^'\"`<>]+")

// checkChinese looks through a file for bad typography.
func checkChinese(t *testing.T, name string) {
	t.Helper()
	text := string(read(t, name))
	switch filepath.Ext(name) {
	case ".md":
		for i, line := range prose(text) {
			if wrong := badChinese(line); wrong != "" {
				t.Errorf("%s:%d: %s", name, i+1, wrong)
			}
		}
	case ".go":
		var s scanner.Scanner
		files := token.NewFileSet()
		s.Init(files.AddFile(name, -1, len(text)), []byte(text), nil, 0)
		for {
			at, kind, literal := s.Scan()
			if kind == token.EOF {
				break
			}
			if kind != token.STRING {
				continue
			}
			value, err := strconv.Unquote(literal)
			if err != nil {
				t.Fatalf("%s: %v", files.Position(at), err)
			}
			if wrong := badChinese(value); wrong != "" && mainlyChinese(value) {
				t.Errorf("%s: %s", files.Position(at), wrong)
			}
		}
	default:
		for i, line := range strings.Split(text, "\n") {
			for _, piece := range textPiece.FindAllString(line, -1) {
				if wrong := badChinese(piece); wrong != "" && mainlyChinese(piece) {
					t.Errorf("%s:%d: %s", name, i+1, wrong)
				}
			}
		}
	}
}

// chineseFiles are the Chinese pages, and the sources that may have Chinese text for people.
func chineseFiles(t *testing.T) []string {
	t.Helper()
	var all []string
	err := fs.WalkDir(os.DirFS(root), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			// What is not ours, or is made from what is.
			if name := entry.Name(); slices.Contains([]string{"node_modules", "dist", "test", "testdata", "bin"}, name) || len(name) > 1 && name[0] == '.' {
				return fs.SkipDir
			}
			return nil
		}
		switch filepath.Ext(path) {
		case ".md":
			if !strings.HasSuffix(path, ".zh-CN.md") && !strings.HasPrefix(path, chinesePages) {
				return nil
			}
		case ".go":
			if strings.HasSuffix(path, "_test.go") {
				return nil
			}
		case ".js", ".ts", ".wxml", ".html":
		default:
			return nil
		}
		all = append(all, path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Chinese text has full-width punctuation, and a space between Chinese and Latin.
func TestChineseTypography(t *testing.T) {
	files := chineseFiles(t)
	for _, known := range []string{"README.zh-CN.md", chinesePages + "api.md", "pkg/login/codes.go", "miniprogram/example/words.js", "miniprogram/sdk/src/words.ts", "miniprogram/example/pages/terms/terms.wxml"} {
		if !slices.Contains(files, known) {
			t.Errorf("%s is not looked at", known)
		}
	}
	for _, name := range files {
		checkChinese(t, name)
	}
}

func TestBadChineseIsFound(t *testing.T) {
	for name, c := range map[string]struct {
		line string
		bad  bool
	}{
		"full width":                    {"登录已失效，请重新登录。", false},
		"comma":                         {"登录已失效,请重新登录", true},
		"colon before a space":          {"用户名: alice", true},
		"question mark at the end":      {"确定注销账号吗?", true},
		"parentheses":                   {"小程序(测试号)", true},
		"punctuation after a code span": {"调用 `wx.login`,再发送", true},
		"in a code span":                {"请求 `{\"msg\":\"成功\"}` 之后", false},
		"the target of a link":          {"见[限流](limits.md#针对注册的限流)。", false},
		"the text of a link":            {"见[限流,等待](limits.md)。", true},
		"English in parentheses":        {"见 openapi.yaml (RFC 7662)", false},
		"a digit":                       {"最长7天", true},
		"a Latin word":                  {"再次调用wx.login", true},
		"a code span without a space":   {"再次调用`wx.login`", true},
		"spaces":                        {"最长 7 天，再调用 `wx.login`", false},
	} {
		t.Run(name, func(t *testing.T) {
			wrong := badChinese(prose(c.line)[0])
			if (wrong != "") != c.bad {
				t.Errorf("%s: %q", c.line, wrong)
			}
		})
	}
	page := "一\n```\n好,的\n```\n好,的"
	if lines := prose(page); badChinese(lines[2]) != "" || badChinese(lines[4]) == "" {
		t.Errorf("a block of code is prose, or what follows it is not: %q", lines)
	}
	for text, want := range map[string]bool{"服务出错": true, "code 已使用,请重试": true, "in WeChat's console, under 开发管理, enter this": false} {
		if mainlyChinese(text) != want {
			t.Errorf("%q is mainly Chinese: %t", text, !want)
		}
	}
}
