import assert from 'node:assert/strict'
import test from 'node:test'
import { bound, failure, info, routes, unbound } from './answers.mjs'
import { Phone, plain } from './phone.mjs'

const checkBind = 'GET /mobileApi/user/checkBind'

/** settled launches, and gives the standing after the time. */
async function settled(phone, options, ms = 20000) {
  const wxbind = phone.create(options)
  let standing
  wxbind.ready().then(value => (standing = value))
  await phone.clock.advance(ms)
  return { wxbind, standing: plain(standing) }
}

const absences = {
  'no network': [{ fail: { errno: 600001, errMsg: 'request:fail errcode:-106 cronet_error_code:-106' } }, 'offline'],
  'the background': [{ fail: { errno: 600003, errMsg: 'request:fail interrupted' } }, 'interrupted'],
  'the background, on an older base library': [{ fail: { errMsg: 'request:fail interrupted' } }, 'interrupted'],
  'a slow network': [{ fail: { errno: 5, errMsg: 'request:fail timeout' } }, 'timeout'],
  'a request that never ends': ['never', 'timeout'],
  "a captive portal's page": [{ statusCode: 200, data: '<html>Welcome to the hotel</html>' }, 'foreign_answer', 200],
  "a proxy's 502": [{ statusCode: 502, data: '<html>Bad Gateway</html>' }, 'foreign_answer', 502],
  "API Gateway's own 503": [{ statusCode: 503, data: { message: 'Service Unavailable' } }, 'foreign_answer', 503],
  'truncated JSON': [{ statusCode: 200, data: '{"code":1,"msg":"已经登录","token":"wxb_' }, 'foreign_answer', 200],
  "another service's JSON": [{ statusCode: 200, data: { code: 0, data: { list: [] } } }, 'foreign_answer', 200],
  "another service's code 1": [{ statusCode: 200, data: { code: 1, token: 'abc' } }, 'foreign_answer', 200],
  "another service's user": [{ statusCode: 200, data: { code: 1, userInfo: { id: 1 } } }, 'foreign_answer', 200],
  'nothing': [{ statusCode: 200, data: '' }, 'foreign_answer', 200],
  'null': [{ statusCode: 200, data: null }, 'foreign_answer', 200],
  'a list': [{ statusCode: 200, data: [1] }, 'foreign_answer', 200],
}
for (const [name, [answer, error, status]] of Object.entries(absences)) {
  test(`a login that gets no answer of the service: ${name}`, async () => {
    const phone = new Phone({ server: () => answer })
    const { wxbind, standing } = await settled(phone)
    assert.deepEqual(standing, { state: 'failed', failure: plain({ error, action: 'retry', msg: '网络异常，请稍后重试', status }) })
    assert.equal(phone.count(checkBind), 1)
    phone.server = () => bound(1)
    wxbind.login()
    await phone.clock.advance(100)
    assert.equal(wxbind.standing.state, 'bound')
  })
}

for (const fault of ['fail', 'never', 'object']) {
  test(`wx.login: ${fault}`, async () => {
    const phone = new Phone({ loginFault: fault, server: () => bound(1) })
    const { wxbind, standing } = await settled(phone, { lang: 'en' })
    assert.deepEqual(standing.failure, { error: 'login_failed', action: 'retry', msg: 'Network error. Please retry.' })
    assert.equal(phone.count(checkBind), 0)
    phone.loginFault = undefined
    wxbind.login()
    await phone.clock.advance(100)
    assert.equal(wxbind.standing.state, 'bound')
  })
}

test('callbacks that come twice do nothing twice', async () => {
  const phone = new Phone({ doubled: true, server: () => bound(1) })
  const { standing } = await settled(phone)
  assert.equal(standing.state, 'bound')
  assert.equal(phone.changes.length, 1)
  assert.deepEqual(phone.log, ['login', checkBind])
})

test('interrupted in the background: it logs in again when it is shown', async () => {
  const phone = new Phone({ server: routes({ checkBind: [{ fail: { errno: 600003, errMsg: 'request:fail interrupted' } }, bound(1)] }) })
  await settled(phone)
  phone.show()
  await phone.clock.advance(100)
  assert.deepEqual(phone.changes.map(standing => standing.state), ['failed', 'bound'])
  phone.show()
  await phone.clock.advance(100)
  assert.equal(phone.count('login'), 2)
})

test('shown before the interruption is told: it logs in again all the same', async () => {
  let interrupt
  const phone = new Phone({ server: routes({ checkBind: [() => new Promise(resolve => (interrupt = resolve)), bound(1)] }) })
  phone.create().ready()
  await phone.clock.settle()
  phone.show()
  await phone.clock.settle()
  assert.equal(phone.count('login'), 1)
  interrupt({ fail: { errno: 600003, errMsg: 'request:fail interrupted' } })
  await phone.clock.settle()
  assert.deepEqual(phone.changes.map(standing => standing.state), ['failed', 'bound'])
})

test('shown at the launch, as WeChat does: a login without a network is not tried twice', async () => {
  const phone = new Phone()
  const ready = phone.create().ready()
  phone.show()
  await phone.clock.advance(1000)
  assert.equal((await ready).failure.error, 'offline')
  assert.equal(phone.count('login'), 1)
})

test('a bind that was interrupted is told to its caller, and nothing is sent again', async () => {
  const phone = new Phone({ server: routes({ checkBind: unbound(), bind: { fail: { errno: 600003, errMsg: 'request:fail interrupted' } } }) })
  const { wxbind } = await settled(phone)
  const bind = assert.rejects(wxbind.bind({ username: 'demo', password: 'p' }), { name: 'Error', error: 'interrupted', message: '网络异常，请稍后重试' })
  await phone.clock.advance(100)
  phone.show()
  await phone.clock.advance(100)
  await bind
  assert.equal(phone.count('POST /mobileApi/user/bind'), 1)
})

for (const error of ['wx_code_used', 'wx_code_invalid']) {
  test(`${error}: once more, with a new code`, async () => {
    const phone = new Phone({ server: routes({ checkBind: [failure(error, 'relogin'), bound(1)] }) })
    const { standing } = await settled(phone)
    assert.equal(standing.state, 'bound')
    assert.deepEqual(phone.requests.map(request => /code=(.*)/.exec(request.url)[1]), ['alice-1', 'alice-2'])
  })
  test(`${error} again and again: no loop`, async () => {
    const phone = new Phone({ server: () => failure(error, 'relogin') })
    const { standing } = await settled(phone)
    assert.equal(standing.failure.error, error)
    assert.equal(phone.count('login'), 2)
  })
}

test('retry: once more with a new code, after the wait', async () => {
  const phone = new Phone({ server: routes({ checkBind: [failure('wx_busy', 'retry', { statusCode: 503, retryAfter: 2 }), bound(1)] }) })
  const { wxbind } = await settled(phone, {}, 1990)
  assert.equal(phone.count('login'), 1)
  await phone.clock.advance(100)
  assert.equal(wxbind.standing.state, 'bound')
  assert.equal(phone.count('login'), 2)
})

test('retry with a long wait is told, and not before the time is anything sent', async () => {
  const phone = new Phone({ server: routes({ checkBind: [failure('store_unavailable', 'retry', { statusCode: 503, retryAfter: 30 }), bound(1)] }) })
  const { wxbind, standing } = await settled(phone)
  assert.equal(standing.failure.retryAfter, 30)
  wxbind.login()
  await phone.clock.advance(0)
  assert.equal(wxbind.standing.failure.retryAfter, 10)
  assert.equal(phone.count('login'), 1)
  await phone.clock.advance(10000)
  wxbind.login()
  await phone.clock.advance(100)
  assert.equal(wxbind.standing.state, 'bound')
})

test('wait: no call for this account before the time has passed; another account may', async () => {
  const refused = failure('too_many_attempts', 'wait', { statusCode: 429, retryAfter: 60 })
  const phone = new Phone({ server: request => (request.path.includes('checkBind') ? unbound() : request.data.username === 'demo' ? refused : bound(1)) })
  const { wxbind } = await settled(phone)
  const tries = []
  const attempt = async username => {
    wxbind.bind({ username, password: 'p' }).then(() => tries.push('bound'), e => tries.push([e.error, e.retryAfter]))
    await phone.clock.advance(10000)
  }
  await attempt('demo')
  await attempt('demo')
  assert.equal(phone.count('POST /mobileApi/user/bind'), 1)
  await attempt('other')
  await phone.clock.advance(40000)
  await attempt('demo')
  assert.deepEqual(tries, [['too_many_attempts', 60], ['too_many_attempts', 50], 'bound', ['too_many_attempts', 60]])
})

test('a wait is remembered beside others', async () => {
  const waiting = username => failure('too_many_attempts', 'wait', { statusCode: 429, retryAfter: username === 'a' ? 60 : 5 })
  const phone = new Phone({ server: request => (request.path.includes('checkBind') ? unbound() : waiting(request.data.username)) })
  const { wxbind } = await settled(phone)
  for (const username of ['a', 'b', 'a', 'b']) {
    wxbind.bind({ username, password: 'p' }).catch(() => {})
    await phone.clock.advance(2000)
  }
  assert.equal(phone.count('POST /mobileApi/user/bind'), 2)
})

test("WeChat's wait holds every code back", async () => {
  const phone = new Phone({ server: routes({ checkBind: failure('wx_throttled', 'wait', { statusCode: 429, retryAfter: 60 }) }) })
  const { wxbind } = await settled(phone)
  const bind = assert.rejects(wxbind.bind({ username: 'demo', password: 'p' }), { error: 'wx_throttled', retryAfter: 40 })
  await phone.clock.advance(100)
  await bind
  assert.equal(phone.count('login'), 1)
})

test('a user who is disabled is told so at the launch', async () => {
  const phone = new Phone({ server: () => failure('user_disabled', 'none') })
  const { wxbind, standing } = await settled(phone)
  assert.deepEqual([standing.state, standing.failure.error, standing.failure.action], ['failed', 'user_disabled', 'none'])
  const request = assert.rejects(wxbind.request({ url: '/orders' }), { error: 'user_disabled' })
  await phone.clock.advance(100)
  await request
  assert.equal(phone.count('login'), 1)
})

const bases = {
  'https://api.example.com': true,
  'https://api.example.com/stage/': true,
  'http://localhost:3000': true,
  'http://127.0.0.1:3000/': true,
  'http://[::1]:3000': true,
  'http://localhost': true,
  'http://api.example.com': false,
  'http://localhost.evil.example': false,
  'http://localhost:3000@evil.example': false,
  'https:/api.example.com': false,
  'http://127.0.0.1.evil.example': false,
  'api.example.com': false,
  '': false,
}
for (const [baseURL, good] of Object.entries(bases)) {
  test(`baseURL ${JSON.stringify(baseURL)} is ${good ? 'taken' : 'refused'}`, () => {
    const phone = new Phone()
    if (good) phone.create({ baseURL })
    else assert.throws(() => phone.create({ baseURL }), { message: `baseURL needs https: ${baseURL}` })
  })
}

const queries = {
  'neither by default': [{}, '?code=alice-1'],
  'the language, if it is English': [{ lang: 'en' }, '?lang=en&code=alice-1'],
  'the mini-program, if it is configured': [{ appId: 'wx0123456789abcdef' }, '?appId=wx0123456789abcdef&code=alice-1'],
  "never the developer tools' touristappid": [{ appId: 'touristappid' }, '?code=alice-1'],
}
for (const [name, [options, query]] of Object.entries(queries)) {
  test(`lang and appId: ${name}`, async () => {
    const phone = new Phone({ server: () => info() })
    await settled(phone, options)
    assert.equal(phone.requests[0].url, `https://api.example.com/mobileApi/user/checkBind${query}`)
  })
}
