import assert from 'node:assert/strict'
import test from 'node:test'
import { bound, dead, done, failure, info, routes, token, unbound } from './answers.mjs'
import { Phone, plain } from './phone.mjs'

const checkBind = 'GET /mobileApi/user/checkBind'

/** outcome gives what a promise came to within the time, as {value} or {error}. */
async function outcome(phone, promise, ms = 1000) {
  let result
  promise.then(
    value => (result = { value: plain(value) }),
    error => (result = { error: { ...error }, message: error.message }),
  )
  await phone.clock.advance(ms)
  return result
}

/** loggedIn is a phone with somebody logged in, and nothing in its log. */
async function loggedIn(server, options) {
  const phone = new Phone({ server: routes({ checkBind: bound(1) }) })
  const wxbind = phone.create(options)
  await outcome(phone, wxbind.ready())
  phone.log = []
  phone.requests = []
  phone.changes = []
  phone.server = server
  return { phone, wxbind }
}

for (const reason of ['session_expired', 'session_invalid']) {
  test(`401 ${reason}: one login, and the request once more`, async () => {
    const { phone, wxbind } = await loggedIn(routes({ checkBind: bound(2), '/orders': [dead(reason), { statusCode: 200, data: 'ok' }] }))
    const { value } = await outcome(phone, wxbind.request({ url: '/orders' }))
    assert.equal(value.data, 'ok')
    assert.deepEqual(phone.log, ['GET /orders', 'login', checkBind, 'GET /orders'])
    assert.deepEqual(phone.requests.map(request => request.header.Authorization), [1, 1, 2].map(n => `Bearer ${token(n)}`))
    assert.deepEqual(phone.signedOut, [])
  })
}

test('a second 401 goes to the caller: never a loop', async () => {
  const { phone, wxbind } = await loggedIn(routes({ checkBind: bound(2), '/orders': dead('session_invalid') }))
  const { value } = await outcome(phone, wxbind.request({ url: '/orders' }))
  assert.equal(value.status, 401)
  assert.deepEqual(phone.log, ['GET /orders', 'login', checkBind, 'GET /orders'])
})

test('a second 401 of a method rejects', async () => {
  const { phone, wxbind } = await loggedIn(routes({ checkBind: bound(2), sessions: dead('session_invalid') }))
  const { error } = await outcome(phone, wxbind.sessions())
  assert.equal(error.error, 'session_invalid')
  assert.equal(error.status, 401)
})

test('many 401s at once share one login, and so does one that comes late', async () => {
  let late
  const { phone, wxbind } = await loggedIn(request => {
    if (request.path.includes('checkBind')) return bound(2)
    if (request.header.Authorization.endsWith('2')) return { statusCode: 200, data: 'ok' }
    return request.path === '/late' ? new Promise(resolve => (late = () => resolve(dead('session_expired')))) : dead('session_expired')
  })
  const lateRequest = wxbind.request({ url: '/late' })
  const results = await Promise.all(['/a', '/b', '/c'].map(url => outcome(phone, wxbind.request({ url }))))
  assert.deepEqual(results.map(result => result.value.data), ['ok', 'ok', 'ok'])
  late()
  assert.equal((await outcome(phone, lateRequest)).value.data, 'ok')
  assert.equal(phone.count('login'), 1)
})

for (const reason of ['user_disabled', 'session_replaced', 'session_revoked', 'binding_removed']) {
  test(`401 ${reason}: no silent login, the reason is told`, async () => {
    const { phone, wxbind } = await loggedIn(routes({ '/orders': dead(reason) }))
    const msg = `${reason} 的说明`
    const results = await Promise.all([1, 2].map(() => outcome(phone, wxbind.request({ url: '/orders' }))))
    for (const { error, message } of results) {
      assert.equal(error.reason, reason)
      assert.equal(message, msg)
    }
    assert.deepEqual(phone.log, ['GET /orders', 'GET /orders'])
    assert.deepEqual(phone.signedOut, [{ reason, msg }])
    assert.deepEqual(phone.changes, [{ state: 'unbound', ways: [], signedOut: { reason, msg } }])
    assert.equal(phone.storage.size, 0)
    await outcome(phone, wxbind.request({ url: '/orders' }))
    assert.equal(phone.count('login'), 0)
  })
}

test('a person who asks for it is logged in again', async () => {
  const { phone, wxbind } = await loggedIn(routes({ '/orders': dead('session_revoked'), checkBind: bound(2) }))
  await outcome(phone, wxbind.request({ url: '/orders' }))
  const { value } = await outcome(phone, wxbind.login())
  assert.equal(value.state, 'bound')
})

test('a session that cannot be renewed because the binding is gone: the page has the ways and the reason', async () => {
  const { phone, wxbind } = await loggedIn(routes({ '/orders': dead('session_expired'), checkBind: unbound(['password']) }))
  const { error } = await outcome(phone, wxbind.request({ url: '/orders' }))
  assert.equal(error.reason, 'session_expired')
  assert.deepEqual(plain(wxbind.standing), { state: 'unbound', ways: ['password'], signedOut: phone.signedOut[0] })
})

test('a session that cannot be renewed for want of a network: the request tells that', async () => {
  const { phone, wxbind } = await loggedIn(routes({ '/orders': dead('session_expired'), checkBind: { fail: { errno: 600001, errMsg: 'request:fail' } } }))
  const { error } = await outcome(phone, wxbind.request({ url: '/orders' }))
  assert.equal(error.error, 'offline')
  assert.equal(phone.count('login'), 1)
  assert.equal(wxbind.standing.state, 'failed')
  phone.server = routes({ '/orders': { statusCode: 200, data: 'ok' }, checkBind: bound(2) })
  assert.equal((await outcome(phone, wxbind.request({ url: '/orders' }))).value.data, 'ok')
})

for (const status of [401, 403]) {
  const forbidden = { statusCode: status, data: { message: 'Forbidden' } }
  test(`an authorizer's ${status} without a reason: user/info renews the session, and the request goes once more`, async () => {
    const { phone, wxbind } = await loggedIn(
      routes({ '/orders': [forbidden, { statusCode: 200, data: 'ok' }], info: [dead('session_expired'), info()], checkBind: bound(2) }),
    )
    assert.equal((await outcome(phone, wxbind.request({ url: '/orders' }))).value.data, 'ok')
  })

  test(`a ${status} of the team's own, in a live session, goes to the caller`, async () => {
    const { phone, wxbind } = await loggedIn(routes({ '/orders': forbidden, info: info() }))
    assert.deepEqual((await outcome(phone, wxbind.request({ url: '/orders' }))).value.data, { message: 'Forbidden' })
    assert.equal(phone.count('GET /orders'), 1)
  })
}

test('an answer about a session that has ended meanwhile brings nobody back', async () => {
  let answer
  const { phone, wxbind } = await loggedIn(({ path }) => (path.includes('info') ? new Promise(resolve => (answer = resolve)) : done()))
  outcome(phone, wxbind.user())
  await outcome(phone, wxbind.logout())
  answer(info())
  await phone.clock.advance(100)
  assert.equal(wxbind.standing.state, 'unbound')
})

test('a login on demand replaces its own session: a request that meets that is sent again', async () => {
  let loggedInAnew
  const { phone, wxbind } = await loggedIn(request => {
    if (request.path.includes('checkBind')) return new Promise(resolve => (loggedInAnew = () => resolve(bound(2))))
    return request.header.Authorization.endsWith('2') ? { statusCode: 200, data: 'ok' } : dead('session_replaced')
  })
  const request = wxbind.request({ url: '/orders' })
  wxbind.login()
  await phone.clock.advance(100)
  loggedInAnew()
  assert.equal((await outcome(phone, request)).value.data, 'ok')
  assert.deepEqual(phone.signedOut, [])
})

test('a login on demand counts, whatever user/info answers meanwhile', async () => {
  let loggedInAnew
  const { phone, wxbind } = await loggedIn(request => {
    if (request.path.includes('checkBind')) return new Promise(resolve => (loggedInAnew = () => resolve(bound(2))))
    return info()
  })
  wxbind.user()
  wxbind.login()
  await phone.clock.advance(100)
  loggedInAnew()
  await phone.clock.advance(100)
  outcome(phone, wxbind.request({ url: '/orders' }))
  await phone.clock.advance(100)
  assert.equal(phone.requests.at(-1).header.Authorization, `Bearer ${token(2)}`)
})

const targets = {
  '/orders': ['https://api.example.com/orders', true],
  orders: ['https://api.example.com/orders', true],
  'https://api.example.com/orders?x=1': ['https://api.example.com/orders?x=1', true],
  'https://other.example.com/orders': ['https://other.example.com/orders', false],
  'https://api.example.com.evil.example/': ['https://api.example.com.evil.example/', false],
  'https://api.example.com@evil.example/': ['https://api.example.com@evil.example/', false],
  'https://api.example.com\\@evil.example/': ['https://api.example.com\\@evil.example/', false],
  '//evil.example/orders': ['https://api.example.com//evil.example/orders', true],
}
for (const [url, [address, sent]] of Object.entries(targets)) {
  test(`the token goes to the service alone: ${url} ${sent ? 'has' : 'has not'}`, async () => {
    const { phone, wxbind } = await loggedIn(() => ({ statusCode: 200, data: {} }))
    await outcome(phone, wxbind.request({ url }))
    assert.equal(phone.requests[0].url, address)
    assert.equal('Authorization' in phone.requests[0].header, sent)
  })
}

test('tokenTo names another service that may have the token', async () => {
  const { phone, wxbind } = await loggedIn(() => ({ statusCode: 200, data: {} }))
  await outcome(phone, wxbind.request({ url: 'https://own.example.com/orders', tokenTo: 'https://own.example.com', method: 'POST', data: { n: 1 }, header: { 'x-team': '1' } }))
  const [request] = phone.requests
  assert.deepEqual(request.header, { Authorization: `Bearer ${token(1)}`, 'x-team': '1' })
  assert.deepEqual([request.method, request.data], ['POST', { n: 1 }])
})

test('a request to another service waits for nobody', async () => {
  const phone = new Phone({ loginFault: 'never', server: () => ({ statusCode: 204, data: '', header: { 'X-Own': '1' } }) })
  const { value } = await outcome(phone, phone.create().request({ url: 'https://other.example.com/' }), 10)
  assert.deepEqual([value.status, value.header], [204, { 'X-Own': '1' }])
})

test('a request of somebody who is not bound rejects, and asks nothing', async () => {
  const phone = new Phone({ server: routes({ checkBind: unbound() }) })
  const { error } = await outcome(phone, phone.create().request({ url: '/orders' }))
  assert.deepEqual({ ...error }, { error: 'unbound', action: 'none', msg: '请先在微信中登录' })
  assert.equal(phone.count('GET /orders'), 0)
})

const methods = {
  'logout ends the session, and says so': [wxbind => wxbind.logout(), 'logout', 'logged_out', false],
  'unbind sends a fresh code': [wxbind => wxbind.unbind({ force: true }), 'unbind', 'binding_removed', true],
  'deletion sends a fresh code': [wxbind => wxbind.deleteAccount(), 'account', 'deleted', true],
}
for (const [name, [call, path, reason, fresh]] of Object.entries(methods)) {
  test(name, async () => {
    const { phone, wxbind } = await loggedIn(routes({ [path]: done() }))
    await outcome(phone, call(wxbind))
    assert.equal(phone.count('login'), fresh ? 1 : 0)
    const [{ data, url }] = phone.requests
    if (fresh) assert.match(path === 'account' ? url : `code=${data.code}`, /code=alice-2/)
    assert.deepEqual(phone.signedOut, [{ reason, msg: '完成' }])
    assert.equal(wxbind.standing.state, 'unbound')
    assert.equal(phone.storage.size, 0)
  })
}

test('password, phone number and export send a fresh code each', async () => {
  const { phone, wxbind } = await loggedIn(routes({ password: done(), phone: done({ phone: '+86138****8000' }), export: done({ user: {}, bindings: [], sessions: [] }), info: info({ userInfo: { id: 'u1', phone: '+86138****8000' } }) }))
  await outcome(phone, wxbind.changePassword({ password: 'a', newPassword: 'b' }))
  assert.equal((await outcome(phone, wxbind.setPhone({ phoneCode: 'p' }))).value.phone, '+86138****8000')
  assert.equal(wxbind.standing.user.phone, '+86138****8000')
  await outcome(phone, wxbind.exportData())
  assert.deepEqual(phone.requests.filter(request => !request.path.endsWith('info')).map(request => request.data?.code ?? /code=(.*)/.exec(request.url)[1]), ['alice-2', 'alice-3', 'alice-4'])
})

test('a refusal rejects with the service\'s words, and the session goes on', async () => {
  const { phone, wxbind } = await loggedIn(routes({ unbind: failure('last_binding', 'none') }))
  const { error, message } = await outcome(phone, wxbind.unbind())
  assert.deepEqual([error.error, error.action, error.requestId, message], ['last_binding', 'none', 'r1', 'last_binding 的说明'])
  assert.equal(wxbind.standing.state, 'bound')
})

test('listeners can be taken away', async () => {
  const { phone, wxbind } = await loggedIn(routes({ logout: done() }))
  const heard = []
  wxbind.onChange(standing => heard.push(standing.state))
  wxbind.onSignedOut(({ reason }) => heard.push(reason))
  wxbind.onChange(() => heard.push('never'))()
  await outcome(phone, wxbind.logout())
  assert.deepEqual(heard, ['unbound', 'logged_out'])
})
