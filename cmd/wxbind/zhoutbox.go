package main

// zhOutbox has what is said of notices to the platform.
var zhOutbox = map[string]string{
	"Manage the notices that wait for delivery to the platform.":                                                    "管理等待发送给平台的通知。",
	"List the users with notices that wait, and since when.":                                                        "列出有通知等待发送的用户，以及从何时开始等待。",
	"Send the notices that wait now.":                                                                               "立即发送等待中的通知。",
	"Print the key that signs the notices of wxbind serve, for the platform's receiver.":                            "显示 wxbind serve 对通知签名所用的密钥，供平台的接收端使用。",
	"Where to send notices of what happens to users: an https URL of the platform. \"off\" keeps none from now on.": "用户变更通知的发送地址，为平台的 https URL；“off”表示此后不再保存通知。",

	"no notice waits\n":               "没有等待发送的通知\n",
	"%s of %s, the oldest since %s\n": "共 %s，涉及 %s，最早的从 %s 开始等待\n",
	"sent %s of %s":                   "已发送 %s，涉及 %s",
	"1 notice":                        "1 条通知",
	"%d notices":                      "%d 条通知",
	"%s, then stopped or left some: run the same command again: %w":              "%s，之后停止或未能全部发送，请再运行一次同样的命令：%w",
	"--webhook is for --data: a stack's notices go to its bus":                   "--webhook 用于 --data：堆栈的通知发往它的事件总线",
	"say where to: --webhook URL, or %s as in the environment of `wxbind serve`": "请指明发往哪里：--webhook URL，或与 `wxbind serve` 的环境相同的 %s",
	"stack %s keeps no notices: its parameter EventBus is empty":                 "堆栈 %s 不保存通知：它的参数 EventBus 为空",
	"notices are signed with a key that is made of the seal key: %w":             "通知的签名密钥由加密密钥派生：%w",
}
