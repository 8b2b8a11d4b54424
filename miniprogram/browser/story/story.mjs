// The story that the README tells, step by step. Each step goes on from where the one before it has ended.
// `w` are the words of the page's language, `demo` is the service's demo user.

export async function opens({ playground, w }) {
  await playground.phone('alice', w.iPhone).sees(w.guest)
  await playground.log.sees('wx.login', 'jscode2session')
  await playground.log.clickText('GET /mobileApi/user/checkBind')
  await playground.log.sees('curl ')
  await playground.log.clickText('code 301')
  await playground.log.sees('"code": 301')
}

export async function goesToLogin({ playground, w }) {
  const phone = playground.phone('alice', w.iPhone)
  await phone.click(w.login)
  await phone.sees(w.username, w.password, w.byPhone, w.notNow)
}

export async function binds({ playground, w, demo }) {
  const phone = playground.phone('alice', w.iPhone)
  await phone.write(w.username, demo.username)
  await phone.write(w.password, demo.password)
  await phone.click(w.agree, 'checkbox')
  await phone.click(w.login)
  await phone.sees(w.services, w.home, w.me)
  await playground.log.sees('POST /mobileApi/user/bind')
  await playground.data.click(w.bindings(1), 'tab')
  await playground.data.sees('alice')
}

export async function secondDevice({ playground, w }) {
  await playground.click(w.second)
  await playground.phone('alice', w.android).sees(w.services)
  await playground.data.click(w.sessions(2), 'tab')
}

export async function revokes({ playground, w }) {
  const phone = playground.phone('alice', w.iPhone)
  await phone.click(w.me)
  await phone.click(w.devices, 'link')
  await phone.click(`${w.revoke} Xiaomi 15`)
  await phone.click(w.revokeYes)
  await playground.log.sees('DELETE /mobileApi/user/sessions/')
}

export async function isThrownOut({ playground, w }) {
  const phone = playground.phone('alice', w.android)
  await phone.click(w.me)
  await phone.click(w.home)
  await phone.sees(w.thrownOut)
  await playground.click(w.closeSecond)
}

export async function logsInByPhone({ playground, w }) {
  await playground.newPerson('carol')
  const phone = playground.phone('carol', w.android)
  await phone.click(w.login)
  await phone.click(w.agree, 'checkbox')
  await phone.click(w.byPhone)
  await phone.click(w.allow)
  await phone.sees(w.created)
  await playground.log.sees('POST /mobileApi/user/bindPhone')
  await playground.data.click(w.users(2), 'tab')
}

export async function deletes({ playground, w }) {
  const phone = playground.phone('carol', w.android)
  await phone.click(w.me)
  await phone.click(w.deletion, 'link')
  await phone.sees(w.deletionTitle)
  await phone.click(w.deletion)
  await phone.click(w.deleteYes)
  await phone.sees(w.deleted)
  await playground.data.click(w.users(1), 'tab')
}

export async function returns({ playground, w }) {
  await playground.choose(w.person, 'alice')
  await playground.choose(w.device, w.iPhone)
  const phone = playground.phone('alice', w.iPhone)
  await phone.click(w.back)
  await phone.click(w.home)
  await phone.sees(w.services)
}

export async function isDisabled({ playground, w }) {
  const phone = playground.phone('alice', w.iPhone)
  await playground.data.click(w.disable)
  await playground.data.sees(w.isDisabled)
  await phone.click(w.me)
  await phone.click(w.home)
  await phone.sees(w.disabled)
}

export async function closesWeChat({ playground, w }) {
  await playground.newPerson('dave')
  const phone = playground.phone('dave', w.iPhone)
  await phone.click(w.login)
  await phone.click(w.agree, 'checkbox')
  await phone.click(w.byPhone)
  await phone.click(w.allow)
  await phone.sees(w.created)
  await playground.data.click(w.users(2), 'tab')
  await playground.data.click(w.bindings(2), 'tab')
  await playground.data.sees('dave')
  await playground.click(w.closed)
  await playground.sees(w.closing('dave'))
  await playground.click(w.closed)
  await playground.log.sees('POST /wechat/events/', 'push_done')
  await playground.data.click(w.bindings(1), 'tab')
  await playground.data.click(w.users(1), 'tab')
  await phone.click(w.me)
  await phone.sees(w.ended)
  await phone.click(w.loginAgain)
  await phone.sees(w.username, w.password, w.byPhone)
}

/** What happens, in order. */
export const steps = {
  'alice opens the mini-program and is not bound: 301': opens,
  'she goes to the login page, which she may leave': goesToLogin,
  'she binds herself to the demo user, and is at home with its menus': binds,
  'a second device of hers is logged in at once': secondDevice,
  'she revokes the second device on the first': revokes,
  'the second device is thrown out at its next request': isThrownOut,
  'carol, whom nobody knows, logs in by her phone number': logsInByPhone,
  'she deletes her account': deletes,
  'alice’s first phone is where it was left, and logged in': returns,
  'the operator disables the demo user, and alice’s phone is thrown out': isDisabled,
  'dave registers and closes his WeChat account: he is deleted, and his phone leads to the login page': closesWeChat,
}
