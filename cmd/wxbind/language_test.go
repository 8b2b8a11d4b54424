package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// speaking sets the locale of the test.
func speaking(t *testing.T, locale map[string]string) {
	t.Helper()
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		t.Setenv(name, locale[name])
	}
	t.Cleanup(func() { chooseLanguage(nil, func(string) string { return "C" }) })
}

func TestLanguageIsChosen(t *testing.T) {
	for name, c := range map[string]struct {
		locale  map[string]string
		args    string
		chinese bool
	}{
		"none":                     {nil, "", false},
		"C":                        {map[string]string{"LANG": "C"}, "", false},
		"C with UTF-8":             {map[string]string{"LANG": "C.UTF-8"}, "", false},
		"English":                  {map[string]string{"LANG": "en_US.UTF-8"}, "", false},
		"Chinese":                  {map[string]string{"LANG": "zh_CN.UTF-8"}, "", true},
		"Chinese of nowhere":       {map[string]string{"LANG": "zh"}, "", true},
		"Chinese in another way":   {map[string]string{"LANG": "zh_CN.utf8"}, "", true},
		"Chinese in GBK":           {map[string]string{"LANG": "zh_CN.GBK"}, "", false},
		"messages before LANG":     {map[string]string{"LC_MESSAGES": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "", true},
		"all before messages":      {map[string]string{"LC_ALL": "C", "LC_MESSAGES": "zh_CN.UTF-8", "LANG": "zh_CN.UTF-8"}, "", false},
		"a flag":                   {nil, "--lang zh", true},
		"a flag before the locale": {map[string]string{"LC_ALL": "zh_CN.UTF-8"}, "--lang=en", false},
		"a flag in one word":       {map[string]string{"LC_ALL": "C"}, "--lang=zh", true},
		"JSON":                     {map[string]string{"LANG": "zh_CN.UTF-8"}, "--json", false},
		"JSON with a flag":         {nil, "--json --lang zh", false},
		"JSON that is not wanted":  {map[string]string{"LANG": "zh_CN.UTF-8"}, "--json=false", true},
	} {
		t.Run(name, func(t *testing.T) {
			speaking(t, c.locale)
			want := "wxbind: there is no store in nope; `wxbind serve --data nope` makes one\n"
			if c.chinese {
				want = "wxbind：nope 里没有存储；`wxbind serve --data nope` 会创建一个\n"
			}
			args := append([]string{"user", "list", "--data", "nope"}, strings.Fields(c.args)...)
			if status, out, said := command(t, "", args...); status != 1 || out != "" || said != want {
				t.Errorf("status %d: %s%s", status, out, said)
			}
		})
	}
}

// All that people read is Chinese, whoever has said it: the command, kong, a package or the system.
func TestChineseIsSpoken(t *testing.T) {
	folder := data(t)
	speaking(t, map[string]string{"LANG": "zh_CN.UTF-8"})
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"cut.json": `{"roles":[`, "users.csv": "username,password\nbob,123\n,correct horse\n", "none.csv": "user\nbob\n",
		"hashes.csv": "username,passwordHash\nbob,{MD5}abc\n", "bindings.csv": "appId,openid,username\nwx1,o,demo\n",
		"secret.json": `{"defaultApp":"wx0123456789abcdef","apps":{"wx0123456789abcdef":{"appSecret":"the-appsecret-of-a-mini-program","rebind":1}}}`,
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	junk(t, "junk")
	for name, c := range map[string]struct {
		input, args string
		status      int
		want        string
	}{
		"help":                  {"", "help user set", 0, "用法：wxbind user set <username> [flags]\n\n设置用户的名称、角色或手机号。\n"},
		"a long help":           {"", "backup --help", 0, "请像保管数据目录一样保管它"},
		"a default":             {"", "help serve", 0, "监听的地址（默认 127.0.0.1:3000）。"},
		"an unknown command":    {"", "foo", 2, "wxbind：多余的参数 foo；运行 `wxbind --help` 查看用法\n"},
		"half a command":        {"", "role", 2, "wxbind：请指明是哪一个：set, list, delete；运行 `wxbind role --help` 查看用法\n"},
		"a flag mistyped":       {"", "user list --limt 3", 2, "wxbind：未知的选项 --limt，是不是 \"--limit\"？运行 `wxbind user list --help` 查看用法\n"},
		"no username":           {"", "user passwd", 2, "wxbind：缺少 <username>；运行"},
		"no flags":              {"", "binding migrate", 2, "wxbind：缺少选项：--from=APPID, --to=APPID；"},
		"one of two flags":      {"", "binding remove demo", 2, "wxbind：缺少选项：--app=APPID 或 --all；"},
		"a validation":          {"", "user list --limit 0", 2, "wxbind：user list：--limit 至少为 1；"},
		"a validation of ours":  {"", "user add bob --temporary --valid-for 0s", 2, "wxbind：user add：临时密码的有效期必须大于 0，最长 168h0m0s；"},
		"no number":             {"", "user list --limit x", 2, "wxbind：--limit：\"x\" 不是整数；"},
		"no such user":          {"", "user show nobody", 1, "wxbind：用户不存在\n"},
		"no such role":          {"", "user set demo --roles king", 1, "wxbind：角色不存在：\"king\"\n"},
		"a common password":     {"12345678", "user add bob", 1, "wxbind：该密码过于常见，请另选一个\n"},
		"a short password":      {"x", "user add bob", 1, "wxbind：密码至少 8 个字符\n"},
		"a username":            {"correct horse", "user add a\u200bb", 1, "wxbind：用户名无效：用户名含有字符 U+200B\n"},
		"no phone number":       {"", "user set demo --phone 1", 1, "wxbind：不是手机号：请写成 +8613800138000，"},
		"what was done":         {"", "user disable demo", 0, "已停用 demo，并结束其会话\n"},
		"a role in use":         {"", "role delete demo", 1, "；`wxbind user list --role` 会列出他们，`wxbind user set --roles` 可以换成其他角色\n"},
		"a file that is not":    {"", "role set nope.json", 1, "wxbind：无法打开 nope.json：文件或目录不存在\n"},
		"JSON cut short":        {"", "role set cut.json", 1, "wxbind：cut.json：第 1 行：JSON 不完整\n"},
		"a row with its reason": {"", "user import users.csv", 1, "第 2 行（bob）：密码至少 8 个字符\n第 3 行：用户名为空\n"},
		"the end of an import":  {"", "user import users.csv", 1, "wxbind：2 行中有 2 行没有导入\n"},
		"a file of nothing":     {"", "user import none.csv", 1, "wxbind：none.csv：第一行没有任何可用的列名："},
		"no terminal":           {"", "user delete demo", 1, "wxbind：没有终端，无法要求确认；请用 --yes 跳过确认\n"},
		"an address":            {"", "serve --addr 80", 1, "wxbind：--addr 必须是 HOST:PORT 的形式，"},
		"a list":                {"", "user list", 0, "用户名  名称  手机号  角色  已绑定的小程序  在何处注册  状态  "},
		"a user":                {"", "user show demo", 0, "用户名    demo\n名称      Demo\n"},
		"sessions":              {"", "session list demo", 0, "设备  小程序  创建时间  最近使用  到期时间  状态  ID\n"},
		"bindings":              {"", "binding list demo", 0, "小程序  openid  unionid  绑定时间  上次登录\n"},
		"roles":                 {"", "role list", 0, "角色  菜单\ndemo  首页,我的\n"},
		"checks":                {"", "doctor", 0, "正常  加密密钥  "},
		"a check with advice":   {"", "doctor --data none", 1, "失败  存储  none 里没有存储\n            -> 请用 --data 指明其目录；"},
		"what is no database":   {"", "doctor --data junk", 1, "失败  存储      无法读取 junk/wxbind.db：文件不是数据库\n"},
		"modes":                 {"", "doctor --data junk", 1, "失败  权限      junk 的权限为 0755：本机的其他用户可以查看；junk/wxbind.db 的权限为 0644：本机的其他用户可以访问\n"},
		"a hash":                {"", "user import hashes.csv", 1, "第 2 行（bob）：无法识别该哈希：Spring 的 md5 哈希必须加盐，形式为 {salt}sum\n"},
		"a proxy":               {"", "serve --trusted-proxy 10.0.0.1/8,x", 1, "wxbind：配置：--trusted-proxy（\"10.0.0.1/8\" 是一台主机而不是网段：请写成 10.0.0.0/8）\n"},
		"an origin":             {"", "serve --cors-origin https://a.b/", 1, "wxbind：配置：--cors-origin（第 1 个源（共 1 个）：\"https://a.b/\" 以斜杠结尾：请写成 https://a.b）\n"},
		"a secret":              {"", "serve --secret-file secret.json", 1, "wxbind：--secret-file：secret.json：apps.wx0123456789abcdef：rebind 必须是 true 或 false\n"},
		"no such secret":        {"", "serve --secret-file nope.json", 1, "wxbind：--secret-file：无法打开文件：文件或目录不存在\n"},
		"apps that are unknown": {"", "binding import bindings.csv", 1, "wxbind：密钥里没有小程序 \"wx1\"，只有 wx0123456789abcdef, wxfedcba9876543210\n"},
		"nobody listens":        {"", "probe http://127.0.0.1:1/", 1, "wxbind：http://127.0.0.1:1/：该地址没有程序在监听\n"},
		"no backup":             {"", "restore cut.json --data fresh", 1, "wxbind：cut.json：不是 wxbind 的备份，或备份已损坏："},
	} {
		t.Run(name, func(t *testing.T) {
			args := strings.Fields(c.args)
			if c.status != 2 && !strings.Contains(c.args, "help") && !strings.Contains(c.args, "probe") && !strings.Contains(c.args, "--data") {
				args = append(args, "--data", folder)
			}
			if status, out, said := command(t, c.input, args...); status != c.status || !strings.Contains(out+said, c.want) {
				t.Errorf("status %d: %s%s\nwant %s", status, out, said, c.want)
			}
		})
	}
}

// junk makes a folder of which doctor has much to say.
func junk(t *testing.T, folder string) {
	t.Helper()
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(databaseIn(folder), []byte("not a database"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, mode := range map[string]os.FileMode{folder: 0o755, databaseIn(folder): 0o644} { // whatever the umask
		if err := os.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
	}
}

// No line of the help is wider than a terminal, unless its one word is.
func TestChineseHelpFitsATerminal(t *testing.T) {
	speaking(t, map[string]string{"LANG": "zh_CN.UTF-8"})
	for _, args := range []string{"--help", "serve --help", "user import --help", "session revoke --help", "restore --help"} {
		status, out, said := command(t, "", strings.Fields(args)...)
		if status != 0 || said != "" {
			t.Fatalf("wxbind %s: status %d: %s", args, status, said)
		}
		for line := range strings.Lines(out) {
			line = strings.TrimSuffix(line, "\n")
			if columns(line) > helpWidth && strings.Contains(strings.TrimSpace(line), " ") {
				t.Errorf("wxbind %s: %d columns: %s", args, columns(line), line)
			}
			if strings.TrimRight(line, " ") != line || strings.Contains(line, keptBlank) || strings.IndexAny(strings.TrimSpace(line), "，。：；！？）、”") == 0 {
				t.Errorf("wxbind %s: %q", args, line)
			}
		}
	}
}

// What programs read is the same in every language.
func TestJSONIsNotTranslated(t *testing.T) {
	folder := data(t)
	file := filepath.Join(t.TempDir(), "users.csv")
	if err := os.WriteFile(file, []byte("username,password\nbob,123\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	rate := regexp.MustCompile(`"(seconds|rowsPerSecond)":[^,}]*|[0-9]+ MiB`) // what changes from one moment to the next
	for _, args := range []string{
		"user list", "user show demo", "role list", "binding list demo", "session list demo", "doctor", "user import " + file, "user show nobody", "user show",
		"binding migrate --from wx0123456789abcdef --to wxfedcba9876543210",
	} {
		var said [2]string
		for i, locale := range []string{"en_US.UTF-8", "zh_CN.UTF-8"} {
			speaking(t, map[string]string{"LANG": locale})
			status, out, errors := command(t, "", append(strings.Fields(args), "--json", "--log=json", "--data", folder)...)
			said[i] = rate.ReplaceAllString(strconv.Itoa(status)+out+regexp.MustCompile(`(?m)^\{.*\n`).ReplaceAllString(errors, ""), "")
		}
		if said[0] != said[1] {
			t.Errorf("wxbind %s --json:\n%s\n%s", args, said[0], said[1])
		}
	}
}
