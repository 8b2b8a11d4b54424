package main

// zhDetails are the long texts of the help, by their command.
var zhDetails = map[string]string{
	"serve": `环境变量：

  WX_APPID、WX_APPSECRET  小程序；两者都不设、也没有 --secret-file 时，使用模拟微信的两个小程序，任何人都可以冒充任何人，因此仅限监听回环地址或给出 --stand-in 时，且数据目录从未用于真实的小程序
  WXBIND_SECRET_FILE      同 --secret-file
  WX_SERVICES             可以调用 /api/login/introspect 查询 token 的服务："id=key,id2=key2"，每个密钥至少 43 个随机字符
  WXBIND_DIRECTORY_URL    平台的用户目录，代替 wxbind 自己的用户
  WX_DIRECTORY_KEY        对发往用户目录的请求签名的密钥
  WXBIND_WEBHOOK          同 --webhook
  WXBIND_WEBHOOK_KEY      对通知签名的密钥；默认为 ` + "`wxbind outbox key`" + ` 显示的密钥
  WX_APPSECRET_FILE、WX_SERVICES_FILE、WX_DIRECTORY_KEY_FILE、WXBIND_WEBHOOK_KEY_FILE
                          内容为去掉 _FILE 的同名变量的文件
  WECHAT_API_BASE         微信接口的地址，不设则为真实的微信；除本机外必须是 https
  WXBIND_UNKNOWN_APP      code 指明的 appId 未配置时：refuse（默认）拒绝，default 则按默认的小程序处理
  WXBIND_TRUSTED_PROXIES  同 --trusted-proxy
  WXBIND_CLIENT_ADDRESS_HEADER
                          同 --client-address-header
  WXBIND_ORIGIN_KEY_HASHES
                          代理在 X-Origin-Verify 中发送的密钥的 SHA-256（十六进制），一个或两个
  WXBIND_REQUIRE_ORIGIN_KEY
                          设为 true 则拒绝不带该密钥的请求
  WXBIND_CORS_ORIGINS     同 --cors-origin
  WXBIND_AVATAR_HOSTS     同 --avatar-hosts
  WXBIND_CHECK_SESSION    设为 true 同 --check-session
  WXBIND_LOG              同 --log`,

	"user import": `CSV 文件的第一行是列名，不区分大小写，也可以用中文：username、name、password、passwordHash、roles（以 ";" 分隔）、phone；` +
		`或用户名、姓名、密码、密码哈希、角色、手机号。编码（UTF-8、UTF-16、GBK）和分隔符（逗号、分号、制表符）自动识别。JSON Lines 的每行是一个对象，` +
		`字段名相同，roles 是列表。一条记录占一行。密码可以是明文，也可以是以下形式之一的哈希：` + "\n\n" +
		`$argon2id$v=19$…、$2a$…、$2b$…、$2y$…（bcrypt）；Spring Security 的 {bcrypt}、{argon2}、{pbkdf2}、{scrypt}（后三种也可以带 ` +
		`@SpringSecurity_v5_8）、{noop}（明文密码），以及加盐的 {MD5}、{SHA-1}、{SHA-256}；Django 的 pbkdf2_sha256$…、pbkdf2_sha1$…、scrypt$…、` +
		`bcrypt$…、argon2$…、md5$…、sha1$…。任何哈希的计算量都不得超过 cost 为 12 的 bcrypt；低于 OWASP 最低要求的哈希需要 ` +
		`--weak-hashes，见 docs/passwords.md。` + "\n\n" +
		`没有问题的行会被导入。有问题的行会连同行号和用户名一起报告，此时退出码为 1。已有的用户不会被修改。中断之后再运行一次同样的命令即可继续：` +
		`之前导入的用户算作已存在，哪怕密码后来改过。用户名与其他用户或前面的行相同的，算有问题的行；比较时不区分大小写和全角半角，首尾空白不计。` +
		`手机号也一样。手机号写成 +8613800138000 或 13800138000；不要让电子表格把它变成 1.38E+10。`,

	"binding import": `文件里是用户在你的小程序中已有的 openid：导入之后，他们下次打开小程序就直接登录，无需再次输入密码。CSV 文件的第一行是列名：` +
		`appId、openid、username 或 userId、unionid，也可以用中文：小程序、openid、用户名、用户ID、unionid。JSON Lines 的每行是一个对象，字段名相同。` + "\n\n" +
		`没有问题的行会被导入。有问题的行会连同行号和 openid 一起报告，此时退出码为 1：openid 已绑定另一个用户，或在文件里出现两次；` +
		`用户在该小程序里已绑定另一个 openid；用户不存在；密钥里没有该小程序；unionid 属于另一个用户。已有的绑定不会被修改。` +
		`中断之后再运行一次同样的命令即可继续。`,

	"binding migrate": `微信把小程序迁移到另一个 AppID（账号迁移）之后，每个人在新小程序里的 openid 都不同。如果两个小程序在同一个开放平台账号下，unionid 不变，` +
		`用户首次打开新小程序时凭它找到自己的用户。本命令统计有多少人可以这样登录，使每个人都能凭 unionid 找到，并列出要做的事。它不修改任何绑定，可以重复运行。`,

	"outbox send": `内嵌存储的通知发往 --webhook 或 WXBIND_WEBHOOK，用 serve 在当前环境中会使用的密钥签名；堆栈的通知发往它的事件总线，当前凭证必须允许 ` +
		`events:PutEvents。serve 和堆栈都会自行发送；本命令用于接收端已恢复、通知却仍在等待的情况，例如超过一天之后，堆栈的流已不再记得它们。` +
		`接收端可能会收到重复的通知。`,

	"export": `写出 roles.json、users.jsonl 和 bindings.jsonl，可依次用“role set”“user import”“binding import”导入本存储或其他存储。` +
		`其中有密码哈希、手机号和 openid，请妥善保管；没有 token 和 session_key，迁移之后每个人下次打开小程序时会重新登录。目录在全部写完之后才得到最终的名字。`,

	"backup": `备份文件包含 --data 的整个存储及其加密密钥在同一时刻的内容，备份时服务可以继续运行。文件写完后会读回并校验，然后才得到最终的名字。` +
		`请像保管数据目录一样保管它：只有所有者可以读取，能读到它的人就能读到所有用户。`,

	"restore": `--data 的目录里不能有存储，目录不存在时自动创建：请先移走旧的存储。备份通过校验之后才会放到位。` + "\n\n" +
		`所有会话都会结束，因为其中有些可能在备份之后已被结束；小程序会自动重新登录。备份之后的其他变化也都会撤销：` +
		`被停用或删除的用户会恢复，旧密码重新有效，已解除的绑定也重新有效。`,

	"probe": `供没有 curl 的场合检查服务，例如容器的健康检查：wxbind 返回正常时退出码为 0。要决定是否重启服务，查询 /healthz；要决定是否转发请求，查询 /readyz。`,
}
