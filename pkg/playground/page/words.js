// Every word that the page shows, in both languages. A sentence with a value has it as {name}.

const zh = {
  title: '演练场', standIn: '模拟微信', skip: '跳到日志', language: '语言', views: '视图',
  phone: '手机', log: '日志', data: '数据',

  person: '微信用户', device: '设备', app: '小程序',
  'person.new': '换个人…', 'person.name': '名字', 'person.rule': '1 到 24 个字母、数字或下划线。', 'person.add': '换成这个人',
  'device.iphone': 'iPhone', 'device.second': '第二部 iPhone', 'device.android': '安卓手机', 'device.harmony': '鸿蒙手机',
  'device.ipad': 'iPad', 'device.pc': '电脑',

  faults: '微信的故障',
  'fault.busy': '系统繁忙', 'fault.slow': '响应慢', 'fault.limit': '45011', 'fault.twice': 'code 重复', 'fault.offline': '断网',
  'fault.busy.about': '微信第一次返回 -1：系统繁忙',
  'fault.slow.about': '微信 2 秒之后才返回',
  'fault.limit.about': '微信返回 45011：调用太频繁',
  'fault.twice.about': 'wx.login 再次给出上一个 code',
  'fault.offline.about': '手机没有网络',

  tells: '微信通知', 'tell.closed': '注销微信号', 'tell.phone': '撤回手机号', 'tell.profile': '撤回昵称头像',
  'ask.close': '{who} 注销微信号？', 'ask.close.why': '微信会通知服务端：绑定和会话会被删除；自行注册的用户如果没有其他绑定，也会一并删除。',

  phoneButtons: '手机操作', relaunch: '冷启动', background: '切后台', foreground: '切回来', dark: '深色', light: '浅色',
  second: '第二台', 'second.close': '收起',
  'relaunch.about': '结束小程序，再重新打开', 'second.about': '并排打开另一台设备', 'theme.about': '手机的深色模式',
  'phone.of': '{person} · {device}', 'phone.away': '小程序在后台', 'phone.back': '点击回到小程序',
  'phone.missing': '小程序没有加载成功：{why}',

  'sheet.title': '申请获取并验证你的手机号', 'sheet.why': '用于登录和找回账号', 'sheet.bound': '微信绑定号码',
  'sheet.allow': '允许', 'sheet.refuse': '不允许',

  live: '实时', paused: '已暂停', 'log.empty': '在手机里点一点，发生的每一步都会出现在这里。',
  filter: '筛选', 'filter.all': '全部', 'filter.failed': '只看失败', pause: '暂停', resume: '继续', clear: '清空', newest: '{n} 条新记录',
  'kind.phone': '手机', 'kind.request': '请求', 'kind.wechat': '微信', 'kind.store': '存储', 'kind.answer': '返回', 'kind.act': '操作',
  'log.copy': '复制 curl', 'log.copied': '已复制', 'log.json': '复制 JSON', 'log.answered': '{title}：{outcome}', ok: '成功', failed: '失败',
  'step.page': '打开页面 {path}', 'step.login': 'wx.login', 'step.phoneCode': '手机号快捷登录',
  'step.set': '写入存储 {key}', 'step.remove': '删除存储 {key}', 'step.error': '页面出错：{why}',
  'step.offline': '{path}：没有网络', 'step.launch': '冷启动：{person}，{device}', 'step.hide': '切到后台', 'step.show': '回到前台',
  lost: '连接中断，正在重连…', 'lost.back': '已重新连接',

  'table.users': '用户', 'table.bindings': '绑定', 'table.sessions': '会话',
  'col.user': '用户', 'col.phone': '手机号', 'col.roles': '角色', 'col.apps': '小程序', 'col.live': '会话', 'col.state': '状态',
  'col.acts': '操作', 'col.person': '微信用户', 'col.app': '小程序', 'col.bound': '绑定时间', 'col.login': '最近登录',
  'col.device': '设备', 'col.created': '登录时间', 'col.seen': '最近活动',
  'state.enabled': '正常', 'state.disabled': '已停用', 'state.live': '有效',
  'ended.logged_out': '已退出', 'ended.session_revoked': '已下线', 'ended.session_replaced': '已被取代', 'ended.session_expired': '已过期',
  'ended.user_disabled': '用户已停用', 'ended.binding_removed': '已解绑', 'ended.deleted': '已注销', 'ended.session_invalid': '已失效',
  'none.users': '还没有用户', 'none.bindings': '还没有绑定，先在手机里登录吧', 'none.sessions': '还没有会话', more: '另有 {n} 条', comma: '、',
  'data.failed': '读取失败，稍后重试',

  'act.disable': '停用', 'act.enable': '启用', 'act.logoutAll': '全部下线', 'act.revokeSession': '下线', 'act.unbind': '解绑', 'act.deleteUser': '删除',
  'act.under': '{act}：{who}…', 'act.done': '{act}：{who}，已完成', 'act.failed': '{act}失败：{why}', 'act.of': '{act} {who}',
  'ask.delete': '删除用户 {who}？', 'ask.delete.why': '会删除该用户的资料、绑定和会话，无法恢复。', cancel: '取消',

  'guide.title': '试一试', 'guide.close': '收起引导',
  'guide.login': '登录', 'guide.login.how': '在手机里以 alice 登录：用户名 {user}，密码在终端里。',
  'guide.login.any': '在手机里以 alice 登录或注册。', 'guide.disable.any': '在“数据”里停用 alice 的用户。',
  'guide.log': '看日志', 'guide.log.how': '点开任意一行，看请求和返回。',
  'guide.disable': '停用', 'guide.disable.how': '在“数据”里停用 {user}。',
  'guide.out': '强制下线', 'guide.out.how': '在手机里切换“首页”和“我的”，下一个请求就会被拒绝。',
  'guide.done': '已完成',
}

const en = {
  title: 'playground', standIn: 'WeChat stand-in', skip: 'Skip to the log', language: 'Language', views: 'Views',
  phone: 'Phone', log: 'Log', data: 'Data',

  person: 'Person', device: 'Device', app: 'Mini-program',
  'person.new': 'Somebody new…', 'person.name': 'Name', 'person.rule': '1 to 24 letters, digits or underscores.', 'person.add': 'Be this person',
  'device.iphone': 'iPhone', 'device.second': '2nd iPhone', 'device.android': 'Android', 'device.harmony': 'HarmonyOS',
  'device.ipad': 'iPad', 'device.pc': 'PC',

  faults: 'Faults of WeChat',
  'fault.busy': 'Busy', 'fault.slow': 'Slow', 'fault.limit': '45011', 'fault.twice': 'Code twice', 'fault.offline': 'Offline',
  'fault.busy.about': 'WeChat first answers -1: system busy',
  'fault.slow.about': 'WeChat answers after 2 seconds',
  'fault.limit.about': 'WeChat answers 45011: called too often',
  'fault.twice.about': 'wx.login gives the previous code again',
  'fault.offline.about': 'The phone has no network',

  tells: 'WeChat tells', 'tell.closed': 'Account closed', 'tell.phone': 'No phone', 'tell.profile': 'No profile',
  'ask.close': '{who} closes their WeChat account?',
  'ask.close.why': 'WeChat tells the server, which removes the binding and its sessions, and a user who registered and has no other binding.',

  phoneButtons: 'Phone controls', relaunch: 'Relaunch', background: 'Hide', foreground: 'Show', dark: 'Dark', light: 'Light',
  second: 'Second', 'second.close': 'Close 2nd',
  'relaunch.about': 'Quit the mini-program and open it again', 'second.about': 'Open another device beside this one', 'theme.about': 'Dark mode of the phone',
  'phone.of': '{person} · {device}', 'phone.away': 'In the background', 'phone.back': 'Tap to come back',
  'phone.missing': 'The mini-program did not load: {why}',

  'sheet.title': 'Get and verify your phone number', 'sheet.why': 'To log you in and recover your account', 'sheet.bound': 'Number bound to WeChat',
  'sheet.allow': 'Allow', 'sheet.refuse': 'Decline',

  live: 'Live', paused: 'Paused', 'log.empty': 'Use the phone: every step that follows appears here.',
  filter: 'Filter', 'filter.all': 'All', 'filter.failed': 'Failures', pause: 'Pause', resume: 'Resume', clear: 'Clear', newest: '{n} new',
  'kind.phone': 'Phone', 'kind.request': 'Request', 'kind.wechat': 'WeChat', 'kind.store': 'Store', 'kind.answer': 'Answer', 'kind.act': 'Operator',
  'log.copy': 'Copy curl', 'log.copied': 'Copied', 'log.json': 'Copy JSON', 'log.answered': '{title}: {outcome}', ok: 'succeeded', failed: 'failed',
  'step.page': 'Page {path}', 'step.login': 'wx.login', 'step.phoneCode': 'One-tap phone number',
  'step.set': 'Storage: set {key}', 'step.remove': 'Storage: remove {key}', 'step.error': 'Error in the page: {why}',
  'step.offline': '{path}: no network', 'step.launch': 'Launch: {person}, {device}', 'step.hide': 'To the background', 'step.show': 'Back in front',
  lost: 'Connection lost. Reconnecting…', 'lost.back': 'Connected again',

  'table.users': 'Users', 'table.bindings': 'Bindings', 'table.sessions': 'Sessions',
  'col.user': 'User', 'col.phone': 'Phone', 'col.roles': 'Roles', 'col.apps': 'Mini-programs', 'col.live': 'Sessions', 'col.state': 'State',
  'col.acts': 'Actions', 'col.person': 'Person', 'col.app': 'Mini-program', 'col.bound': 'Bound', 'col.login': 'Last login',
  'col.device': 'Device', 'col.created': 'Login', 'col.seen': 'Last seen',
  'state.enabled': 'Active', 'state.disabled': 'Disabled', 'state.live': 'Live',
  'ended.logged_out': 'Logged out', 'ended.session_revoked': 'Revoked', 'ended.session_replaced': 'Replaced', 'ended.session_expired': 'Expired',
  'ended.user_disabled': 'User disabled', 'ended.binding_removed': 'Unbound', 'ended.deleted': 'Deleted', 'ended.session_invalid': 'Ended',
  'none.users': 'No users yet', 'none.bindings': 'No bindings yet: log in on the phone first', 'none.sessions': 'No sessions yet', more: '{n} more', comma: ', ',
  'data.failed': 'Could not read the data; trying again',

  'act.disable': 'Disable', 'act.enable': 'Enable', 'act.logoutAll': 'End all sessions', 'act.revokeSession': 'Revoke', 'act.unbind': 'Unbind', 'act.deleteUser': 'Delete',
  'act.under': '{act}: {who}…', 'act.done': '{act}: {who}, done', 'act.failed': '{act} failed: {why}', 'act.of': '{act} {who}',
  'ask.delete': 'Delete user {who}?', 'ask.delete.why': 'This deletes the profile, the bindings and the sessions. It cannot be undone.', cancel: 'Cancel',

  'guide.title': 'Try it', 'guide.close': 'Hide the guide',
  'guide.login': 'Log in', 'guide.login.how': 'On the phone, be alice: username {user}, password in the terminal.',
  'guide.login.any': 'On the phone, log in or register as alice.', 'guide.disable.any': 'Under Data, disable the user of alice.',
  'guide.log': 'Read the log', 'guide.log.how': 'Open any line to see request and answer.',
  'guide.disable': 'Disable', 'guide.disable.how': 'Under Data, disable {user}.',
  'guide.out': 'Thrown out', 'guide.out.how': 'Switch between Home and Me on the phone: its next request is refused.',
  'guide.done': 'done',
}

export const words = { zh, en }

export const lang = typeof document !== 'undefined' && document.documentElement.lang.startsWith('zh') ? 'zh' : 'en'

/** t returns the words of a key with its values put in. A key without words returns itself. */
export function t(key, values = {}) {
  return (words[lang][key] ?? key).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all)
}

/** has says that a key has words. */
export const has = (key) => key in words[lang]

/** translate fills every element that names a key, as its text (data-t) or its label (data-t-label). */
export function translate(root) {
  for (const e of root.querySelectorAll('[data-t]')) e.textContent = t(e.dataset.t)
  for (const e of root.querySelectorAll('[data-t-label]')) e.setAttribute('aria-label', t(e.dataset.tLabel))
}
