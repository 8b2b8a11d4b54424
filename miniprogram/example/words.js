// The words of the pages: Chinese, English. What the service says (msg) comes in the same language.
const config = require('./config.js')

const table = {
  name: config.name,
  home: ['首页', 'Home'],
  me: ['我的', 'Me'],
  loading: ['加载中', 'Loading'],
  retry: ['重试', 'Try again'],
  retryIn: ['{n} 秒后可重试', 'Try again in {n} s'],
  requestId: ['请将此编号告知管理员：', 'Please tell your administrator this number: '],
  cancel: ['取消', 'Cancel'],
  no: ['取消', 'No'],
  yes: ['确定', 'Yes'],

  login: ['登录', 'Log in'],
  loginAgain: ['重新登录', 'Log in again'],
  notNow: ['暂不登录', 'Not now'],
  guest: ['未登录', 'Not logged in'],
  guestHint: ['登录后可使用全部功能', 'Log in to use everything'],
  tapToLogin: ['点击登录', 'Tap to log in'],
  closedCircle: ['本小程序仅限{who}内部用户使用', 'Only for users within {who}'],
  forEveryone: ['无需登录即可查看', 'No login needed'],

  morning: ['早上好', 'Good morning'],
  afternoon: ['下午好', 'Good afternoon'],
  evening: ['晚上好', 'Good evening'],
  friend: ['微信用户', 'WeChat user'],
  services: ['常用功能', 'Services'],
  noMenus: ['暂无可用功能，请联系管理员开通', 'Nothing here yet. Please ask your administrator.'],
  noPage: ['该功能暂未开放', 'This is not available yet'],
  created: ['已为您注册新账号，可在“我的”中设置用户名和密码', 'You are registered. Choose a username and password under Me.'],
  linked: ['已识别您在本公司其他小程序中的账号', 'We know you from another of our mini-programs.'],

  session_expired: ['登录已过期', 'Your login has expired'],
  session_revoked: ['您已在其他地方退出登录', 'You were logged out elsewhere'],
  session_replaced: ['已在其他设备登录', 'Logged in on another device'],
  session_invalid: ['登录已失效', 'Your login is no longer valid'],
  user_disabled: ['账号已被停用，请联系管理员', 'Your account is disabled. Please ask your administrator.'],
  binding_removed: ['微信已解除绑定', 'Your WeChat is no longer bound'],
  logged_out: ['您已退出登录', 'You are logged out'],
  deleted: ['账号已注销', 'Your account is deleted'],

  username: ['用户名', 'Username'],
  usernameHint: ['请输入用户名', 'Enter your username'],
  password: ['密码', 'Password'],
  passwordHint: ['请输入密码', 'Enter your password'],
  newPassword: ['新密码', 'New'],
  newPasswordHint: ['至少 8 个字符', 'At least 8 characters'],
  repeat: ['确认密码', 'Repeat'],
  repeatHint: ['请再次输入新密码', 'Enter it once more'],
  different: ['两次输入的新密码不一致', 'The two new passwords are different'],
  temporary: ['您使用的是临时密码，请设置新密码', 'This password is temporary. Please choose a new one.'],
  setAndLogin: ['设置并登录', 'Set and log in'],
  phoneLogin: ['手机号快捷登录', 'Log in by phone'],
  phoneProof: ['该手机号需要验证账号密码', 'This phone number needs its account’s password'],
  proveAndLogin: ['验证并登录', 'Verify and log in'],
  register: ['注册新账号', 'Create an account'],
  replaceTitle: ['更换绑定的微信', 'Change of WeChat'],
  replaceText: ['该账号已绑定其他微信，是否换绑到当前微信？', 'This account is bound to another WeChat. Bind it to this one instead?'],
  replace: ['换绑', 'Yes'],
  agree: ['我已阅读并同意', 'I have read and agree to the\u00a0'],
  and: ['和', ' and the '],
  terms: ['《用户协议》', 'Terms of Use'],
  termsTitle: ['用户协议', 'Terms of Use'],
  privacy: ['《隐私政策》', 'Privacy Policy'],
  privacyTitle: ['隐私政策', 'Privacy Policy'],
  agreeTitle: ['用户协议与隐私政策', 'Terms and privacy'],
  agreeText: ['请先阅读并同意《用户协议》和《隐私政策》', 'Have you read the Terms of Use and the Privacy Policy, and do you agree?'],
  agreeButton: ['同意', 'Yes'],

  phone: ['手机号', 'Phone number'],
  noPhone: ['未设置', 'None'],
  phoneSet: ['手机号已更新', 'Phone number updated'],
  phoneUnavailable: ['暂时无法获取手机号', 'Phone numbers are not available now'],
  devices: ['登录设备', 'Devices'],
  thisDevice: ['本机', 'This one'],
  unknownDevice: ['未知设备', 'Unknown device'],
  otherApp: ['其他小程序', 'another mini-program'],
  seen: ['最近使用：{when}', 'Last used: {when}'],
  revoke: ['下线', 'Log out'],
  revokeText: ['“{device}”将退出登录', 'Log out “{device}”?'],
  revoked: ['已下线', 'Logged out'],
  logoutAll: ['退出全部设备', 'Log out everywhere'],
  logoutAllText: ['包括本机在内的全部设备都将退出登录', 'All devices, this one too, will be logged out. Go on?'],
  logout: ['退出登录', 'Log out'],
  logoutText: ['退出后，下次使用需重新登录', 'Log out of this device?'],

  changePassword: ['修改密码', 'Change password'],
  choosePassword: ['设置用户名和密码', 'Set password'],
  oldPassword: ['原密码', 'Current'],
  oldPasswordHint: ['请输入原密码', 'Enter the current password'],
  save: ['保存', 'Save'],
  passwordSaved: ['保存成功', 'Saved'],
  othersEnd: ['保存后，其他设备将退出登录', 'All other devices will be logged out.'],

  unbind: ['解除微信绑定', 'Unbind this WeChat'],
  unbindText: ['解绑后，当前微信不再能登录该账号', 'This WeChat will no longer log in to the account. Unbind it?'],
  unbindLast: ['这是该账号唯一的登录方式，解绑后可能无法再登录。仍要解绑吗？', 'This is the account’s only way to log in. Without it you may not get in again. Unbind?'],
  unbindButton: ['解绑', 'Yes'],
  unbound: ['已解绑', 'Unbound'],

  data: ['导出我的数据', 'Export my data'],
  dataText: ['以下是我们保存的与您有关的全部信息，不含密码。', 'This is all that is stored about you, except your password.'],
  copy: ['复制', 'Copy'],
  deletion: ['注销账号', 'Delete account'],
  deletionTitle: ['注销后将无法恢复', 'This cannot be undone'],
  deletionLoses: ['您的账号信息、手机号和密码将被删除', 'Your account, phone number and password are deleted.'],
  deletionUnbinds: ['您的微信将与该账号解除绑定', 'Your WeChat is no longer bound to it.'],
  deletionEnds: ['全部设备将退出登录', 'All devices are logged out.'],
  deletionAsk: ['确定注销账号吗？', 'Delete your account?'],
  deleteButton: ['注销', 'Yes'],
}

const info = wx.getAppBaseInfo ? wx.getAppBaseInfo() : wx.getSystemInfoSync()
const lang = /^zh/i.test(info.language || 'zh') ? 'zh' : 'en'

const words = {}
Object.keys(table).forEach(key => { words[key] = table[key][lang === 'zh' ? 0 : 1] })

// fill puts values into the gaps of a text: fill('{n} 秒', { n: 3 }).
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (gap, key) => (key in values ? values[key] : gap))

module.exports = { table, lang, words, fill }
