import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { serve } from '../../testing/serve.mjs'
import { Phone, plain } from './phone.mjs'

let service
before(async () => {
  service = await serve()
})
after(() => service.stop())

/** over is a phone's way to the real service. */
const over = device => async ({ url, method, data, header }) => {
  const response = await fetch(url, {
    method,
    headers: { ...header, 'content-type': 'application/json', 'user-agent': device },
    body: data === undefined ? undefined : JSON.stringify(data),
  })
  const text = await response.text()
  let parsed = text
  try {
    parsed = JSON.parse(text)
  } catch {}
  return { statusCode: response.status, data: parsed, header: Object.fromEntries(response.headers) }
}

/** start launches the mini-program of this person on a device. */
function start(person, device = 'iPhone', options = {}) {
  const phone = new Phone({ person, server: over(device) })
  return { phone, ...restart(phone, options) }
}

const restart = (phone, options) => ({ wxbind: phone.create({ baseURL: service.base, ...options }, { real: true }) })

/** addUser makes a user whom nobody is bound to, since a user has one WeChat in a mini-program. */
function addUser(username) {
  const password = 'correct horse battery'
  service.addUser(username, password)
  return { username, password }
}

test('launch, 301, bind, home, the next launch, a second device, revoke', async () => {
  const { phone, wxbind } = start('alice')
  assert.deepEqual(plain(await wxbind.ready()), { state: 'unbound', ways: ['password', 'phone', 'register'] })
  const bound = await wxbind.bind(service.demo)
  assert.equal(bound.user.username, 'demo')
  assert.deepEqual(bound.menus.map(menu => menu.id), ['home', 'me'])

  phone.log = []
  const next = restart(phone).wxbind
  assert.equal((await next.ready()).user.username, 'demo')
  assert.deepEqual(phone.log, [])

  const tablet = start('alice', 'iPad')
  assert.equal((await tablet.wxbind.ready()).state, 'bound')
  const sessions = await next.sessions()
  assert.deepEqual(sessions.map(session => [session.device, session.current]), [['iPad', false], ['iPhone', true]])
  await next.revoke(sessions[0].id)
  await assert.rejects(tablet.wxbind.request({ url: '/mobileApi/user/info' }), { reason: 'session_revoked', msg: /\p{Script=Han}/u })
  assert.equal(tablet.phone.signedOut[0].reason, 'session_revoked')
  await next.unbind({ force: true })
})

test('the session of a launch that shows its token is replaced, and not added', async () => {
  const user = addUser('frank')
  const { phone, wxbind } = start('frank')
  await wxbind.ready()
  await wxbind.bind(user)
  await wxbind.login()
  await wxbind.login()
  assert.equal((await wxbind.sessions()).length, 1)
  assert.deepEqual(phone.signedOut, [])
})

test('a wrong password is told in the language of the person', async () => {
  const { wxbind } = start('carol', 'iPhone', { lang: 'en' })
  await wxbind.ready()
  await assert.rejects(wxbind.bind({ username: 'demo', password: 'wrong' }), { error: 'invalid_credentials', action: 'none', msg: /password/ })
})

test('a tap and a registration make users, and say so once', async () => {
  const tapping = start('dave').wxbind
  await tapping.ready()
  const bound = await tapping.phoneButton({ detail: { code: 'phone-dave-1' } })
  assert.equal(bound.created, true)
  assert.match(bound.user.phone, /^\+86\d+\*+\d+$/)
  assert.equal((await tapping.user()).created, undefined)
  await assert.rejects(tapping.setPhone({ phoneCode: 'phone-erin-1' }), { error: 'phone_code_invalid' })

  const asking = start('judy').wxbind
  await asking.ready()
  assert.equal((await asking.register()).created, true)
})

test('banned by the operator: the next request tells it, and a login too', async () => {
  const user = addUser('erin')
  const { phone, wxbind } = start('erin')
  await wxbind.ready()
  await wxbind.bind(user)
  service.wxbind('user', 'disable', 'erin')
  await assert.rejects(wxbind.user(), { reason: 'user_disabled' })
  assert.equal(phone.signedOut[0].reason, 'user_disabled')
  assert.equal((await wxbind.login()).failure.error, 'user_disabled')
  service.wxbind('user', 'enable', 'erin')
  assert.equal((await wxbind.login()).state, 'bound')
})

test('password, export, logout everywhere, deletion', async () => {
  const user = addUser('grace')
  const { phone, wxbind } = start('grace')
  await wxbind.ready()
  await wxbind.bind(user)
  await wxbind.changePassword({ password: user.password, newPassword: 'another battery staple' })
  assert.equal((await wxbind.exportData()).user.username, 'grace')
  await wxbind.logout({ all: true })
  assert.equal((await wxbind.login()).state, 'bound')
  await assert.rejects(wxbind.changePassword({ password: 'wrong', newPassword: 'yet another battery' }), { error: 'invalid_credentials' })
  await assert.rejects(wxbind.unbind(), { error: 'last_binding' })
  await wxbind.deleteAccount()
  assert.deepEqual(phone.signedOut.map(signedOut => signedOut.reason), ['logged_out', 'deleted'])
  assert.equal((await wxbind.login()).state, 'unbound')
})

test("WeChat's faults end in a login, or in a sentence", async () => {
  const { wxbind } = start('busy-heidi')
  const standing = await wxbind.ready()
  assert.equal(standing.state, 'unbound')
  const throttled = start('err45011')
  const { failure } = await throttled.wxbind.ready()
  assert.deepEqual([failure.error, failure.action, failure.retryAfter], ['wx_throttled', 'wait', 60])
})
