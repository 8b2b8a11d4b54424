package main

// zhPasswords has what pkg/password says of hashes that it does not take, by its formats as in zhOthers.
var zhPasswords = map[string]string{
	"the hash is empty":    "哈希为空",
	"the hash is too long": "哈希过长",
	"the hash is in none of the forms that are read, such as $argon2id$…, $2b$…, {pbkdf2}… or pbkdf2_sha256$…": "不是支持的哈希形式，如 $argon2id$…、$2b$…、{pbkdf2}…、pbkdf2_sha256$…",
	"the hash's %s must be %d to %d bytes in base64, padded as its form has it":                                "哈希的 %s 必须是 base64 编码的 %s 到 %s 字节，并按其形式的规定补齐",
	"the salt must be 1 to %d bytes":                "盐必须为 1 到 %s 字节",
	"the sum of %s must be %d bytes in hexadecimal": "%s 的摘要必须是十六进制的 %s 字节",

	"an argon2id hash must be $argon2id$v=19$m=…,t=…,p=…$salt$key": "argon2id 哈希的形式必须是 $argon2id$v=19$m=…,t=…,p=…$salt$key",
	"only argon2id version 19 (0x13) is supported":                 "只支持版本为 19（0x13）的 argon2id",
	"argon2id's parameters must be m, t and p, in this order":      "argon2id 的参数必须依次是 m、t、p",
	"argon2id's m must be at least 8*p, and m*t at most %d":        "argon2id 的 m 至少为 8*p，且 m*t 最大为 %s",
	"argon2id's %s must be a number from %d to %d":                 "argon2id 的 %s 必须是 %s 到 %s 之间的数字",
	"argon2id with t=%d must have at least m=%d":                   "t=%s 时，argon2id 的 m 至少为 %s",

	"a bcrypt hash must be $2a$, $2b$ or $2y$, the cost in two digits, $ and 53 characters": "bcrypt 哈希必须由 $2a$、$2b$ 或 $2y$，两位数的 cost，$ 和 53 个字符组成",
	"bcrypt's cost must be %d to %d":    "bcrypt 的 cost 必须在 %s 到 %s 之间",
	"bcrypt's cost must be at least %d": "bcrypt 的 cost 至少为 %s",

	"scrypt's n must be a power of two, n*r at most %d, and n*r*p at most %d":           "scrypt 的 n 必须是 2 的幂，n*r 最大为 %s，n*r*p 最大为 %s",
	"scrypt's parameters must be n, r and p, in this order":                             "scrypt 的参数必须依次是 n、r、p",
	"scrypt's n*r must be at least %d":                                                  "scrypt 的 n*r 至少为 %s",
	"scrypt with n=%d,r=%d must have at least p=%d":                                     "n=%s、r=%s 时，scrypt 的 p 至少为 %s",
	"Django's scrypt hash must be scrypt$n$salt$r$p$key":                                "Django 的 scrypt 哈希的形式必须是 scrypt$n$salt$r$p$key",
	"Spring's scrypt hash must be $parameters$salt$key":                                 "Spring 的 scrypt 哈希的形式必须是 $parameters$salt$key",
	"the parameters of Spring's scrypt hash must be a hexadecimal number such as e0801": "Spring 的 scrypt 哈希的参数必须是十六进制数，如 e0801",

	"Django's PBKDF2 hash must be pbkdf2_%s$iterations$salt$key": "Django 的 PBKDF2 哈希的形式必须是 pbkdf2_%s$iterations$salt$key",
	"Spring's PBKDF2 hash must be %d bytes in hexadecimal":       "Spring 的 PBKDF2 哈希必须是十六进制的 %s 字节",
	"PBKDF2's iterations must be a number from 1 to %d":          "PBKDF2 的迭代次数必须是 1 到 %s 之间的数字",
	"PBKDF2 must have at least %d iterations":                    "PBKDF2 的迭代次数至少为 %s",
	"PBKDF2 must be with SHA-256":                                "PBKDF2 必须使用 SHA-256",
	"Django's hash must be %s$salt$sum":                          "Django 的哈希的形式必须是 %s$salt$sum",
	"Spring's %s hash must have a salt: {salt}sum":               "Spring 的 %s 哈希必须加盐，形式为 {salt}sum",
	"one round of %s can be tried a billion times a second":      "只算一轮的 %s 每秒可以被尝试十亿次",
}
