// What a person sees when something fails, by the action of the failure; and what depends on settings and on the phone.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import test, { after, before } from 'node:test'
import { serve } from '../../testing/serve.mjs'
import { phone } from './phone.mjs'

let service
const phones = []
before(async () => {
  service = await serve()
})
after(async () => {
  for (const one of phones) one.stop()
  await service.stop()
})

async function start(options) {
  const one = await phone({ base: service.base, ...options })
  phones.push(one)
  return one
}

const answers = (status, body) => async () => new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })
const failure = (error, action, more) => answers(more?.status ?? 200, { code: 0, msg: '一句话', error, action, requestId: 'r-1', ...more })

test('offline: the home page says so, and its button tries again', async () => {
  const alice = await start({ person: 'alice', faults: { fetch: async () => { throw new Error('no network') } } })
  assert.match(await alice.alert(), /网络/)
  await alice.see('无需登录即可查看')
  alice.faults.fetch = undefined
  await alice.tap('重试')
  await alice.see('登录后可使用全部功能')
})

test('WeChat’s limit: the button counts the seconds down and cannot be tapped meanwhile', async () => {
  const alice = await start({ person: 'alice', faults: { login: async () => ({ code: 'err45011-x' }) } })
  await alice.see('操作过于频繁')
  const left = Number(/(\d+) 秒后可重试/.exec(alice.text())[1])
  assert.ok(left > 55 && left <= 60, `${left} s`)
  assert.equal(alice.find('重试'), undefined)
  await alice.see(`${left - 1} 秒后可重试`)
})

test('what only the operator can mend shows the number to tell them', async () => {
  const alice = await start({ person: 'alice', faults: { fetch: failure('app_id_unknown', 'fix', { status: 400 }) } })
  await alice.see('一句话')
  await alice.see('请将此编号告知管理员：r-1')
})

test('too many wrong passwords: the form’s own button waits', async () => {
  const alice = await start({ person: 'alice' })
  await alice.tap('登录')
  await alice.type('用户名', 'demo')
  await alice.type('密码', 'x')
  await alice.tap('我已阅读并同意')
  alice.faults.fetch = failure('too_many_attempts', 'wait', { status: 429, retryAfter: 2 })
  await alice.tap('登录')
  await alice.see('一句话')
  await alice.see('2 秒后可重试')
  alice.faults.fetch = undefined
  await alice.seeNoMore('秒后可重试')
  await alice.tap('登录')
  await alice.see('用户名或密码错误')
})

test('from Moments nobody can log in: the page says so, and asks nothing', async () => {
  const alice = await start({ person: 'alice', scene: 1154 })
  assert.match(await alice.alert(), /登录/)
  await alice.see('无需登录即可查看')
  assert.equal(alice.find('登录'), undefined)
  assert.deepEqual(alice.requests(), [])
})

const ends = {
  session_replaced: '已在其他设备登录',
  session_revoked: '您已在其他地方退出登录',
  user_disabled: '账号已被停用，请联系管理员',
  binding_removed: '微信已解除绑定',
  session_expired: '登录已过期',
  session_invalid: '登录已失效',
}
const unbound = { code: 301, msg: '未登录', openId: 'o', ways: ['password'] }
for (const [error, words] of Object.entries(ends)) {
  test(`${error}: the page says why, and offers to log in again`, async () => {
    const user = { id: 'u', username: 'nora', name: 'Nora', roles: [] }
    const login = { code: 1, msg: '已经登录', token: `wxb_dQ.${'a'.repeat(43)}`, expiresAt: Date.now() / 1000 + 1000, userInfo: user, menuList: [] }
    const nora = await start({ person: 'nora', faults: { fetch: answers(200, login) } })
    await nora.see('，Nora')
    nora.faults.fetch = async (url) => (url.includes('checkBind') ? answers(200, unbound)() : failure(error, error === 'user_disabled' ? 'none' : 'relogin', { status: 401 })())
    await nora.tap('我的')
    await nora.see(words)
    await nora.see('未登录')
    await nora.tap('重新登录')
    await nora.see('暂不登录')
  })
}

test('a page for those who are logged in sends others home', async () => {
  const alice = await start({ person: 'alice', path: 'pages/devices/devices' })
  await alice.see('登录后可使用全部功能')
  assert.equal(alice.page(), 'pages/index/index')
})

test('with the test appid there is no button for the phone number, and no appId is sent', async () => {
  const queries = []
  const alice = await start({ person: 'alice', appId: 'touristappid' })
  await alice.see('登录后可使用全部功能')
  alice.faults.fetch = async (url, init) => {
    queries.push(url + (init.body ?? ''))
    return new Response('{}', { status: 500 })
  }
  await alice.tap('登录')
  await alice.see('注册新账号')
  assert.equal(alice.find('手机号快捷登录'), undefined)
  await alice.tap('我已阅读并同意')
  await alice.tap('注册新账号')
  assert.ok(await alice.alert())
  assert.ok(queries.length > 0)
  for (const query of queries) assert.doesNotMatch(query, /appId/i)
})

test('the devtools’ constant code logs in whoever has a password', async () => {
  service.addUser('oli', 'correct horse battery')
  const visitor = await start({ person: 'visitor', appId: 'touristappid', faults: { login: async () => ({ code: 'the code is a mock one' }) } })
  await visitor.tap('登录')
  await visitor.type('用户名', 'oli')
  await visitor.type('密码', 'correct horse battery')
  await visitor.tap('我已阅读并同意')
  await visitor.tap('登录')
  await visitor.see('，oli')
  assert.deepEqual(visitor.requests().map((request) => request.split('/').pop()), ['checkBind', 'bind'])
})

test('a service with fewer ways gets fewer buttons, and the first is the main one', async () => {
  const alice = await start({ person: 'alice', faults: { fetch: answers(200, { code: 301, msg: '未登录', openId: 'o', ways: ['phone', 'novelty'] }) } })
  await alice.tap('登录')
  await alice.see('手机号快捷登录')
  assert.match(alice.find('手机号快捷登录').className, /btn-primary/)
  assert.equal(alice.find('注册新账号'), undefined)
  assert.ok(!alice.text().includes('用户名'))
})

test('a closed circle of users is named before anybody logs in', async () => {
  const alice = await start({ person: 'alice', config: { closedCircle: ['某某公司', 'Example Ltd'] } })
  await alice.see('本小程序仅限某某公司内部用户使用')
  await alice.tap('登录')
  await alice.see('暂不登录')
  await alice.see('本小程序仅限某某公司内部用户使用')
  const bob = await start({ person: 'bob', language: 'en', config: { closedCircle: ['某某公司', 'Example Ltd'] } })
  await bob.see('Only for users within Example Ltd')
})

test('a phone in English shows no Chinese', async () => {
  service.addUser('eli', 'correct horse battery')
  const eli = await start({ person: 'eli', language: 'en' })
  await eli.tap('Log in')
  await eli.see('Not now')
  assert.doesNotMatch(eli.text(), /\p{Script=Han}/u)
  await eli.type('Username', 'eli')
  await eli.type('Password', 'correct horse battery')
  await eli.tap('Log in')
  await eli.tap('Yes')
  await eli.see(', eli')
  await eli.tap('Me')
  await eli.see('Unbind this WeChat')
  assert.doesNotMatch(eli.text(), /\p{Script=Han}/u)
})

test('menus stand in grids by their groups, and one whose page is missing says so', async () => {
  const menu = (id, name, path, icon, children = []) => ({ id, name, path, icon, children })
  const roles = path.join(service.data, 'roles.json')
  writeFileSync(roles, JSON.stringify({ roles: [{ name: 'clerk', menus: [
    menu('1', '订单', '/pages/order/order', 'order'),
    menu('2', '外链', 'https://example.com/', 'none'),
    menu('3', '报表', '', 'chart', [menu('4', '日报', '/pages/day/day', 'chart'), menu('5', '我的资料', '/pages/me/me', 'user')]),
  ] }] }))
  service.wxbind('role', 'set', roles)
  service.addUser('mia', 'correct horse battery', '--role', 'clerk')
  const mia = await start({ person: 'mia' })
  await mia.tap('登录')
  await mia.type('用户名', 'mia')
  await mia.type('密码', 'correct horse battery')
  await mia.tap('我已阅读并同意')
  await mia.tap('登录')
  await mia.see('报表')
  for (const name of ['订单', '外链']) {
    await mia.tap(name)
    await mia.see('该功能暂未开放')
    await mia.seeNoMore('该功能暂未开放')
  }
  await mia.tap('我的资料')
  await mia.see('退出登录')
})
