import assert from 'node:assert/strict'
import test from 'node:test'
import { bound, dead, failure, info, routes, token, unbound, user } from './answers.mjs'
import { Phone, plain } from './phone.mjs'

const checkBind = 'GET /mobileApi/user/checkBind'
const userInfo = 'GET /mobileApi/user/info'

/** ready gives the standing that a page waits for. */
async function ready(phone, wxbind) {
  let standing
  wxbind.ready().then(value => (standing = value))
  await phone.clock.advance(20000)
  return plain(standing)
}

/** returning is a phone on which somebody has logged in before. */
async function returning(settings = {}) {
  const phone = new Phone({ server: routes({ checkBind: bound(1), info: info() }) })
  await ready(phone, phone.create())
  phone.log = []
  phone.requests = []
  return Object.assign(phone, settings)
}

test('however many pages and requests ask at once, there is one wx.login and one checkBind', async () => {
  const phone = new Phone({ server: ({ path }) => (path.includes('checkBind') ? bound(1) : { statusCode: 200, data: { path } }) })
  const wxbind = phone.create()
  const pages = [1, 2, 3, 4, 5].map(() => wxbind.ready())
  const requests = [1, 2, 3].map(n => wxbind.request({ url: `/orders/${n}` }))
  const logins = [wxbind.login(), wxbind.login()]
  await phone.clock.advance(1000)
  const standings = await Promise.all([...pages, ...logins])
  assert.equal(new Set(standings).size, 1)
  assert.deepEqual((await Promise.all(requests)).map(answer => answer.data.path), ['/orders/1', '/orders/2', '/orders/3'])
  assert.equal(phone.count('login'), 1)
  assert.equal(phone.count(checkBind), 1)
  assert.equal(phone.requests.at(-1).header.Authorization, `Bearer ${token(1)}`)
})

test('a page that asks later gets the same standing, and nothing is asked again', async () => {
  const phone = new Phone({ server: routes({ checkBind: bound(1) }) })
  const wxbind = phone.create()
  const first = await ready(phone, wxbind)
  assert.deepEqual(await ready(phone, wxbind), first)
  assert.deepEqual(plain(wxbind.standing), first)
  assert.deepEqual(phone.log, ['login', checkBind])
})

test('on iOS, where a Promise is a timer, it is the same', async () => {
  const phone = new Phone({ server: routes({ checkBind: [bound(1), bound(2)], info: [dead('session_expired'), info()] }) })
  const wxbind = phone.create({}, { iOS: true })
  wxbind.ready()
  const standing = await ready(phone, wxbind)
  assert.equal(standing.state, 'bound')
  assert.deepEqual(phone.log, ['login', checkBind])
  phone.create({}, { iOS: true }).ready()
  await phone.clock.advance(1000)
  assert.deepEqual(phone.log, ['login', checkBind, userInfo, 'login', checkBind, userInfo])
})

test('ready passes on the ways of a 301', async () => {
  const phone = new Phone({ server: routes({ checkBind: unbound(['phone', 'register']) }) })
  assert.deepEqual(await ready(phone, phone.create()), { state: 'unbound', ways: ['phone', 'register'] })
  assert.deepEqual(phone.signedOut, [])
})

test('created and linked are told once', async () => {
  const phone = new Phone({ server: routes({ checkBind: bound(1, { created: true, linked: true }), info: info() }) })
  const first = await ready(phone, phone.create())
  assert.equal(first.created && first.linked, true)
  const next = await ready(phone, phone.create())
  assert.equal(next.created || next.linked, undefined)
})

const now = new Phone().clock.now
const fetches = {
  'a fresh answer: no login, no request': [{ fetchedData: JSON.stringify(bound(7).data), timeStamp: now - 5000 }, [], 'bound'],
  'a fresh 301': [{ fetchedData: JSON.stringify(unbound().data), timeStamp: now - 5000 }, [], 'unbound'],
  'the answer of a former launch': [{ fetchedData: JSON.stringify(unbound().data), timeStamp: now - 31000 }, ['login', checkBind], 'bound'],
  'a failure': [{ fetchedData: JSON.stringify(failure('wx_busy', 'retry').data), timeStamp: now }, ['login', checkBind], 'bound'],
  "another service's JSON": [{ fetchedData: '{"code":1,"userInfo":{"name":"x"}}', timeStamp: now }, ['login', checkBind], 'bound'],
  'something else': [{ fetchedData: '<html>', timeStamp: now }, ['login', checkBind], 'bound'],
  'nothing yet': [{ fetchedData: '', timeStamp: 0 }, ['login', checkBind], 'bound'],
  'a platform that never answers': ['never', ['login', checkBind], 'bound'],
}
for (const [name, [fetched, log, state]] of Object.entries(fetches)) {
  test(`pre-fetched: ${name}`, async () => {
    const phone = new Phone({ fetched, server: routes({ checkBind: bound(1) }) })
    assert.equal((await ready(phone, phone.create())).state, state)
    assert.deepEqual(phone.log, log)
  })
}

test('a pre-fetched answer takes the place of what was stored', async () => {
  const phone = await returning()
  phone.fetched = { fetchedData: JSON.stringify(bound(7).data), timeStamp: phone.clock.now }
  phone.server = () => ({ statusCode: 200, data: {} })
  const wxbind = phone.create()
  await ready(phone, wxbind)
  wxbind.request({ url: '/orders' })
  await phone.clock.advance(0)
  assert.equal(phone.requests[0].header.Authorization, `Bearer ${token(7)}`)
})

test('with a stored token ready answers at once, before any request; then one user/info tells what is new', async () => {
  const phone = await returning({ server: routes({ info: info({ userInfo: { ...user, name: 'New name' } }) }) })
  const wxbind = phone.create()
  const start = phone.clock.now
  let atReady
  wxbind.ready().then(standing => {
    atReady = [standing.user.name, phone.requests.length, phone.clock.now - start]
  })
  await phone.clock.settle()
  assert.deepEqual(atReady, ['Demo', 0, 0])
  assert.deepEqual(phone.log, [userInfo])
  assert.deepEqual(phone.changes.map(standing => standing.user.name), ['Demo', 'New name'])
  assert.equal(wxbind.standing.user.name, 'New name')
})

test('a stored token lasts when its user/info has no answer', async () => {
  const phone = await returning({ server: () => ({ fail: { errMsg: 'request:fail' } }) })
  const wxbind = phone.create()
  await ready(phone, wxbind)
  assert.equal(wxbind.standing.state, 'bound')
})

test('a 401 behind a stored token: an expired session is renewed', async () => {
  const phone = await returning({ server: routes({ info: [dead('session_expired'), info()], checkBind: bound(2) }) })
  const wxbind = phone.create()
  assert.equal((await ready(phone, wxbind)).state, 'bound')
  assert.deepEqual(phone.log, [userInfo, 'login', checkBind, userInfo])
  assert.deepEqual(phone.signedOut, [])
})

test('a 401 behind a stored token: a session that was replaced is told, and not renewed', async () => {
  const phone = await returning({ server: routes({ info: dead('session_replaced') }) })
  await ready(phone, phone.create())
  assert.deepEqual(phone.log, [userInfo])
  assert.equal(phone.signedOut[0].reason, 'session_replaced')
  assert.equal(phone.changes.at(-1).state, 'unbound')
})

test('a pre-fetched session that the next pre-fetch replaced is renewed: nobody has done that', async () => {
  const phone = new Phone({ fetched: { fetchedData: JSON.stringify(bound(1).data), timeStamp: now }, server: routes({ info: [dead('session_replaced'), info()], checkBind: bound(2) }) })
  await ready(phone, phone.create())
  phone.fetched = undefined
  await ready(phone, phone.create())
  assert.deepEqual(phone.log, [userInfo, 'login', checkBind, userInfo])
  assert.deepEqual(phone.signedOut, [])
})

test('a launch shows its old token, so that the session is replaced and not added', async () => {
  const phone = await returning()
  await phone.clock.advance(8 * 24 * 3600 * 1000)
  await ready(phone, phone.create())
  assert.equal(phone.log[0], 'login')
  assert.equal(phone.requests[0].header.Authorization, `Bearer ${token(1)}`)
})

test('a login on demand shows its token too; if its answer is lost, the next launch does not take the token for a live one', async () => {
  const phone = await returning({ server: routes({ info: info(), checkBind: ['never', bound(2)] }) })
  const wxbind = phone.create()
  await ready(phone, wxbind)
  const login = wxbind.login()
  await phone.clock.advance(20000)
  assert.equal((await login).failure.error, 'timeout')
  phone.log = []
  assert.equal((await ready(phone, phone.create())).state, 'bound')
  assert.deepEqual(phone.log, ['login', checkBind])
})

const others = {
  'a string': 'wxb_dTE.x',
  'an object without a standing': { token: token(1) },
  'other types': { token: 7, standing: 'x' },
  'a standing of another form': { token: token(1), standing: { user } },
  'a standing without menus': { token: token(1), standing: { state: 'bound', user, expiresAt: Date.UTC(2026, 0, 8) / 1000 } },
  'a token that no header can hold': { token: `${token(1)}\n` },
  'null': null,
}
for (const [name, stored] of Object.entries(others)) {
  test(`stored by another version: ${name}`, async () => {
    const phone = new Phone({ server: routes({ checkBind: bound(1) }) })
    phone.storage.set('https://api.example.com', JSON.stringify(stored))
    assert.equal((await ready(phone, phone.create())).state, 'bound')
    assert.deepEqual(phone.log, ['login', checkBind])
    assert.equal(phone.requests[0].header.Authorization, stored?.token === token(1) ? `Bearer ${token(1)}` : undefined)
  })
}

test('another service is shown no token of this one', async () => {
  const phone = await returning()
  await ready(phone, phone.create({ baseURL: 'https://other.example.com' }))
  assert.equal(phone.requests[0].header.Authorization, undefined)
})

test('a bind that comes while checkBind is slow counts', async () => {
  let answer
  const phone = new Phone({ server: ({ path }) => (path.includes('checkBind') ? new Promise(resolve => (answer = resolve)) : bound(2)) })
  const wxbind = phone.create()
  const launched = wxbind.ready()
  await phone.clock.advance(100)
  wxbind.bind({ username: 'demo', password: 'p' })
  await phone.clock.advance(100)
  answer(unbound())
  await phone.clock.advance(100)
  assert.equal((await launched).state, 'bound')
  assert.equal(wxbind.standing.state, 'bound')
})

const unavailable = {
  'from Moments (scene 1154) nobody logs in': [{ scene: 1154 }, 'scene'],
  'a platform without wx.login': [{ lacks: ['login'] }, 'platform'],
}
for (const [name, [settings, why]] of Object.entries(unavailable)) {
  test(name, async () => {
    const phone = new Phone(settings)
    const wxbind = phone.create()
    assert.deepEqual(await ready(phone, wxbind), { state: 'unavailable', why, msg: '请先在微信中登录' })
    await assert.rejects(wxbind.request({ url: '/orders' }), { error: 'unavailable', action: 'none' })
    assert.deepEqual(phone.log, [])
    assert.deepEqual(plain(await wxbind.login()).state, 'unavailable')
  })
}

test('a platform without pre-fetch, launch options and show events logs in', async () => {
  const phone = new Phone({ lacks: ['getBackgroundFetchData', 'getLaunchOptionsSync', 'onAppShow'], server: routes({ checkBind: bound(1) }) })
  assert.equal((await ready(phone, phone.create())).state, 'bound')
})

for (const settings of [{ storageFault: 'full' }, { storageFault: 'broken' }, { lacks: ['getStorageSync', 'setStorageSync', 'removeStorageSync'] }]) {
  test(`a storage that does not work: ${JSON.stringify(settings)}`, async () => {
    const phone = new Phone({ ...settings, server: ({ path }) => (path.includes('checkBind') ? bound(1) : info()) })
    const wxbind = phone.create()
    const standing = await ready(phone, wxbind)
    assert.equal(standing.state, 'bound')
    assert.equal(standing.unsaved, true)
    const asked = wxbind.user()
    await phone.clock.advance(100)
    assert.equal((await asked).state, 'bound')
  })
}

test('a full storage keeps no older token', async () => {
  const phone = await returning({ storageFault: 'full' })
  await ready(phone, phone.create())
  assert.equal(phone.storage.size, 0)
})

test('a listener that throws stops no login', async () => {
  const phone = new Phone({ server: routes({ checkBind: bound(1) }) })
  const reported = []
  const others = process.rawListeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', e => reported.push(e.message))
  const wxbind = phone.create({ onChange: () => { throw new Error('a fault of the page') } })
  assert.equal((await ready(phone, wxbind)).state, 'bound')
  process.removeAllListeners('unhandledRejection')
  others.forEach(listener => process.on('unhandledRejection', listener))
  assert.deepEqual(reported, ['a fault of the page'])
})
