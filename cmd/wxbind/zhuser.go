package main

// zhUser has what is said of users, roles, bindings and sessions.
var zhUser = map[string]string{
	"Password: ":               "密码：",
	"Once more: ":              "再输入一次：",
	"the two passwords differ": "两次输入的密码不一致",
	"cannot read the password from standard input":                   "无法从标准输入读取密码",
	"cannot read the password from the terminal":                     "无法从终端读取密码",
	"there is no terminal to ask on; use --yes to skip the question": "没有终端，无法要求确认；请用 --yes 跳过确认",
	"%s [y/N] ":                      "%s [y/N] ",
	"nothing was done":               "没有做任何修改",
	"--valid-for is for --temporary": "--valid-for 只能与 --temporary 一起使用",
	"temporary password, shown only this once: %s (until %s)\n": "临时密码，只显示这一次：%s（有效期至 %s）\n",

	"no such user":                     "用户不存在",
	"no such binding":                  "绑定不存在",
	"no such session":                  "会话不存在",
	"the username is taken":            "用户名已被使用",
	"the username is empty":            "用户名为空",
	"that is not a valid username: %w": "用户名无效：%w",
	"the password is empty":            "密码为空",
	"the password was changed at the same time; try again":                                                                          "密码同时被修改，请重试",
	"that is not a valid password: it must be UTF-8 without NUL, of at most 256 bytes":                                              "密码无效：必须是不含 NUL 的 UTF-8，最多 256 字节",
	"that is no phone number: write it as +8613800138000, or 13800138000 for one of mainland China":                                 "不是手机号：请写成 +8613800138000，中国大陆的号码也可以写成 13800138000",
	"the phone number is another user's":                                                                                            "手机号属于另一个用户",
	"the unionid is another user's":                                                                                                 "unionid 属于另一个用户",
	"the openid is bound to another user":                                                                                           "openid 已绑定另一个用户",
	"the user is bound to another openid in this mini-program":                                                                      "该用户在此小程序里已绑定另一个 openid",
	"the secret has no index key, and without one nobody is found by a phone number or a unionid; `wxbind secret app set` adds one": "密钥里没有索引密钥，没有它就无法按手机号或 unionid 查找用户；`wxbind secret app set` 会添加一个",
	"the secret's index key is not the one under which phone numbers are stored already: nobody would be found by a new one; give this command what serve has (WXBIND_SECRET_FILE), or put the former index key back": "密钥里的索引密钥与已保存手机号所用的不同，用新的索引密钥找不到任何人；请让本命令使用与 serve 相同的密钥（WXBIND_SECRET_FILE），或放回原来的索引密钥",

	"added %s (%s)\n":                    "已添加 %s（%s）\n",
	"removed %s\n":                       "已删除 %s\n",
	"enabled %s":                         "已启用 %s",
	"disabled %s and ended the sessions": "已停用 %s，并结束其会话",
	"changed the password of %s and ended the sessions":                "已修改 %s 的密码，并结束其会话",
	"Remove %s with all bindings and sessions? This cannot be undone.": "删除 %s 及其全部绑定和会话？此操作无法撤销。",
	"--limit must be 1 at least":                                       "--limit 至少为 1",
	"nobody can log in as %q any more: usernames are stored in another form now; delete the user by the id %s and add them again\n": "无法再以 %q 登录：用户名的存储形式已改变；请用 id %s 删除该用户，再重新添加\n",
	"there are more: --after %s shows the next ones\n":                  "还有更多：用 --after %s 查看下一页\n",
	"%s, not confirmed by WeChat":                                       "%s，未经微信确认",
	"%s, confirmed by WeChat %s":                                        "%s，微信于 %s 确认",
	"%s, by themselves in %s":                                           "%s，在 %s 自行注册",
	"say what to set: --name, --roles or --phone":                       "请说明要设置什么：--name、--roles 或 --phone",
	"%s has the name %s\n":                                              "%s 的名称是 %s\n",
	"%s has no roles now\n":                                             "%s 现在没有角色\n",
	"%s has the roles %s\n":                                             "%s 的角色是 %s\n",
	"%s has no phone number now\n":                                      "%s 现在没有手机号\n",
	"%s has the phone number %s, which WeChat has not confirmed\n":      "%s 的手机号是 %s，未经微信确认\n",
	"%s has the phone number %s already, and WeChat has confirmed it\n": "%s 的手机号已经是 %s，并经微信确认\n",

	"there is no role %q\n": "角色 %q 不存在\n",
	"in %s":                 "在 %s",
	"%s, in %s":             "%s，在 %s",

	"set role %s (%d menus on its first level)\n": "已设置角色 %s（第一级有 %d 个菜单）\n",
	"Delete the role %s, even if users have it?":  "即使仍有用户持有，也要删除角色 %s？",
	"deleted the role %s\n":                       "已删除角色 %s\n",
	"%d users still have its name, which gives no menus; `wxbind user list --role` lists them\n": "%d 个用户仍保留该角色名，但不再有对应的菜单；`wxbind user list --role` 会列出他们\n",
	"%w; `wxbind user list --role` lists them, and `wxbind user set --roles` gives them others":  "%w；`wxbind user list --role` 会列出他们，`wxbind user set --roles` 可以换成其他角色",
	"%s is larger than %d bytes":           "%s 超过 %d 字节",
	"%s is empty":                          "%s 为空",
	"%s: line %d: %s":                      "%s：第 %d 行：%s",
	"%s contains more than one JSON value": "%s 里有不止一个 JSON 值",
	"%s contains no roles":                 "%s 里没有角色",

	"every mini-program":                              "所有小程序",
	"Unbind %s in %s and end the sessions there?":     "解绑 %[1]s，并结束那里的会话？范围：%[2]s",
	"unbound %s in %s and ended the sessions there\n": "已在 %[2]s 里解绑 %[1]s，并结束那里的会话\n",

	"name a user, or a mini-program with --app APPID --all":     "请指明用户，或用 --app APPID --all 指明小程序",
	"--app is for --all: a session is in one mini-program only": "--app 只能与 --all 一起使用：一个会话只属于一个小程序",
	"--json is for --app":           "--json 只能与 --app 一起使用",
	"ended the session of %s":       "已结束 %s 的会话",
	"ended all sessions of %s\n":    "已结束 %s 的全部会话\n",
	"End all sessions of %s?":       "结束 %s 的全部会话？",
	"End all sessions of %s in %s?": "结束 %s 在 %s 里的全部会话？",
	"End the sessions of all users in %s? Whoever is bound logs in again at the next launch.": "结束所有用户在 %s 里的会话？已绑定的人下次打开小程序时会重新登录。",
	"ended %s of %s in %s": "已结束 %[3]s 里的 %[1]s，涉及 %[2]s",
	"1 session":            "1 个会话",
	"%d sessions":          "%d 个会话",
	"1 user":               "1 个用户",
	"%d users":             "%d 个用户",
	"ending sessions":      "正在结束会话",
	"users":                "个用户",
	"%s, then stopped; run the same command again to continue: %w": "%s，之后停止；再运行一次同样的命令即可继续：%w",
}

// zhTables has the headers of tables, and the labels of what is shown of a user.
var zhTables = map[string]string{
	"USERNAME": "用户名", "NAME": "名称", "PHONE": "手机号", "ROLES": "角色", "BOUND IN": "已绑定的小程序", "REGISTERED IN": "在何处注册",
	"STATE": "状态", "CREATED": "创建时间", "ID": "ID",
	"ROLE": "角色", "MENUS": "菜单", "USER": "用户", "SINCE": "等待自", "NOTICES": "通知数",
	"APP": "小程序", "OPENID": "openid", "UNIONID": "unionid", "BOUND": "绑定时间", "LAST LOGIN": "上次登录",
	"DEVICE": "设备", "LAST SEEN": "最近使用", "EXPIRES": "到期时间",

	"username": "用户名", "name": "名称", "id": "ID", "phone": "手机号", "avatar": "头像", "roles": "角色", "state": "状态", "created": "创建时间",
	"name given": "自填名称", "avatar given": "自选头像", "phone given": "自行提供手机号",
}

// zhUserStates and zhSessionStates have the states in tables. That of a session which is not active is why it is dead.
var (
	zhUserStates    = map[string]string{"active": "正常", "disabled": "已停用"}
	zhSessionStates = map[string]string{
		"active": "有效", "session_expired": "已过期", "session_revoked": "已退出", "session_replaced": "已被新登录取代",
		"user_disabled": "用户已停用", "binding_removed": "已解除绑定",
	}
)
