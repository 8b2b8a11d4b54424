package main

// zhStore has what is said of backups, restores, exports, imports and the move of a mini-program.
var zhStore = map[string]string{
	"a stack's tables are backed up by DynamoDB, and restored as docs/operations.md says under \"Restoring a table\"": "堆栈的表由 DynamoDB 备份，恢复方法见 docs/operations.md 的“Restoring a table”一节",
	"backed up %d users, %d bindings and %d roles to %s, and read it back\n":                                          "已把 %d 个用户、%d 个绑定和 %d 个角色备份到 %s，并已读回校验\n",
	"%s exists already, and a backup replaces no file":                                                                "%s 已经存在，备份不会覆盖任何文件",
	"without its seal key the store could not be restored: %w":                                                        "没有加密密钥就无法恢复存储：%w",
	"the backup cannot be read back: %w":                                                                              "无法读回备份：%w",
	"not a backup of wxbind, or a damaged one":                                                                        "不是 wxbind 的备份，或备份已损坏",
	"%w: there is more in it":                                                                                         "%w：其中有多余的内容",
	"%w: %s cannot be read":                                                                                           "%w：无法读取 %s",
	"%w: %s is not where it must be":                                                                                  "%w：%s 不在应在的位置",
	"%w: it ends within %s":                                                                                           "%w：在 %s 中间结束",
	"%w: %s has changed since it was made":                                                                            "%w：%s 在备份之后被改动",
	"%w: %s holds %+v, and should hold %+v":                                                                           "%w：%s 的内容为 %+v，应为 %+v",
	"the backup was made by a newer wxbind: its format is %d, this program supports up to %d":                         "备份由较新版本的 wxbind 生成：其格式为 %d，本程序最高支持 %d",
	"there is %s already: move it away, or restore into another folder":                                               "%s 已经存在：请把它移走，或恢复到另一个目录",
	`restored %s as it was at %s: %d users, %d bindings and %d roles

All sessions have ended: everybody logs in again, which mini-programs do by themselves.
What happened after that time is undone. The audit log says what to do again:
  user_disable, account_delete  users who were disabled or deleted since are back
  password_set                  passwords that were changed since are the old ones
  unbind                        bindings that were removed since hold again
Users who were added and WeChat accounts that were bound since are unknown.
`: `已把 %s 恢复到 %s 的状态：%d 个用户、%d 个绑定和 %d 个角色

所有会话都已结束，每个人都要重新登录，小程序会自动完成。
此后发生的变化都已撤销。请对照审计日志重新处理：
  user_disable、account_delete  此后被停用或删除的用户已恢复
  password_set                  此后修改的密码已变回旧密码
  unbind                        此后解除的绑定重新有效
此后添加的用户和绑定的微信号不再存在。
`,

	"exported %d users, %d roles and %d bindings to %s\n": "已把 %d 个用户、%d 个角色和 %d 个绑定导出到 %s\n",
	"%s is not empty, and an export replaces no file":     "%s 不为空，导出不会覆盖任何文件",
	"exporting": "正在导出",

	"%s: %w; --ignore-unknown leaves others out":                                             "%s：%w；--ignore-unknown 会忽略其他的列",
	"cannot tell CSV from JSON lines by the file's name; use --format csv or --format jsonl": "无法由文件名判断是 CSV 还是 JSON Lines；请用 --format csv 或 --format jsonl",
	"importing":                          "正在导入",
	"bindings":                           "个绑定",
	"line %d":                            "第 %d 行",
	"line %d (%s)":                       "第 %d 行（%s）",
	"left out: %s\n":                     "忽略的列：%s\n",
	"%s; --ignore-unknown leaves it out": "%s；--ignore-unknown 会忽略它",
	"%s; --weak-hashes takes it, until the first login replaces it":                                       "%s；--weak-hashes 可以接受它，首次登录时会被替换",
	"added %d, already there %d, bad rows %d: %d rows in %.1f s, %d a second\n":                           "新增 %d，已存在 %d，有问题的行 %d：共 %d 行，用时 %.1f 秒，每秒 %d 行\n",
	"%d usernames are stored in another form than the file's, such as in lower case; both forms log in\n": "%d 个用户名的存储形式与文件中不同，例如改为小写；两种形式都可以登录\n",
	"%w; run the same command again to continue":                                                          "%w；再运行一次同样的命令即可继续",
	"the import stopped; run the same command again to continue: %w":                                      "导入停止；再运行一次同样的命令即可继续：%w",
	"%d of %d rows were not imported":                                                                     "%[2]d 行中有 %[1]d 行没有导入",

	"--from and --to are the same mini-program":           "--from 和 --to 是同一个小程序",
	"stopped; run the same command again to continue: %w": "已停止；再运行一次同样的命令即可继续：%w",
	"looking at":                 "正在检查",
	"%8d bound in %s, of whom\n": "%8d 人在 %s 里已绑定，其中\n",
	"bound in %s already":        "人在 %s 里也已绑定",
	"known in %s at the first launch, by their unionid": "人首次打开 %s 时能凭 unionid 识别",
	"registered where %s lets nobody in from":           "人注册所在的小程序不被 %s 接受",
	"disabled":                               "人已停用",
	"without a unionid: they must bind anew": "人没有 unionid，必须重新绑定",
	"of these without anything to bind with: no username, and no phone number that %s trusts": "人（包含在上一项中）无法重新绑定：没有用户名，也没有 %s 信任的手机号",
	"with a unionid by which another user is found:":                                          "人的 unionid 会找到另一个用户：",
	"unionids not noted yet":  "个 unionid 尚未记录",
	"unionids noted now":      "个 unionid 刚刚记录",
	"\nWhat is to be done:\n": "\n接下来要做：\n",
	"1 unionid":               "1 个 unionid",
	"%d unionids":             "%d 个 unionid",
	"make sure that %s is the right mini-program: nobody is bound there":                                                                          "请确认 %s 是不是要迁移的小程序：那里没有任何绑定",
	"`wxbind secret set --stack %s`: %s is not in the secret":                                                                                     "`wxbind secret set --stack %s`：密钥里没有 %s",
	"put %s into the secret's file (`wxbind serve --secret-file`), and name that file in %s for this command: the mini-program is not known here": "把 %s 写进密钥文件（`wxbind serve --secret-file`），并在 %s 里为本命令指明该文件：此处没有该小程序",
	"\"linkUnionId\":true in the entry of %s in the secret's file":                                                                                "在密钥文件中 %s 的条目里写 \"linkUnionId\":true",
	", and \"acceptFrom\":[\"%s\"]":                                                                                                               "，以及 \"acceptFrom\":[\"%s\"]",
	"%s: without it they are not known by their unionid":                                                                                          "%s：否则无法凭 unionid 识别他们",
	"this command without --dry-run: it notes %s":                                                                                                 "去掉 --dry-run 运行本命令：它会记录 %s",
	"put both mini-programs under one Open Platform account, if they are not, and let people launch %s once more: each login brings the unionid. Whoever does not come must bind anew in %s": "如果两个小程序不在同一个开放平台账号下，请先放到一起，再让用户打开一次 %s：每次登录都会带来 unionid。没有打开的人必须在 %s 里重新绑定",
	"those who have nothing to bind with lose their account unless they launch %s once more, or choose a username or give their phone number there":                                          "无法重新绑定的人会失去账号，除非再打开一次 %s，或在那里设置用户名或提供手机号",
	"one person has two users, and is let in as the one that is found: delete the other, or bind the person anew":                                                                            "一个人有两个用户，登录时会成为找到的那一个：请删除另一个，或让此人重新绑定",
	"once nobody needs %s any more: %s ends the sessions there":                                                                                                                              "等到没有人再使用 %s：%s 会结束那里的会话",
}
