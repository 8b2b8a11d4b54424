import assert from 'node:assert/strict'
import test from 'node:test'
import { files, page } from './load.mjs'

const hostile = '<img src=x onerror="alert(1)"><script>alert(1)</script>'
const frames = (window) => new Promise((resolve) => window.setTimeout(resolve, 250))

test('what the server sends is shown as text', async () => {
  const store = {
    users: [{ id: 'u', username: hostile, name: hostile, phone: hostile, roles: [hostile], apps: [hostile], sessions: 1 }],
    bindings: [{ appId: hostile, openId: hostile, userId: 'u', person: hostile, boundAt: 1, lastLoginAt: 1 }],
    sessions: [{ id: 's', userId: 'u', appId: hostile, device: hostile, createdAt: 1, seenAt: 1, ended: hostile }],
  }
  const window = await page(`
    import { Log } from './log.js'
    import { StoreView } from './store.js'
    Element.prototype.scrollIntoView = () => {} // jsdom has no layout
    window.log = new Log({ onOpen() {} })
    new StoreView([]).changed()
  `, { fetch: async () => ({ ok: true, json: async () => store }) })
  window.log.add({ n: 1, at: 1, flow: 'f', kind: 'request', title: hostile, ok: true, ms: 1, detail: { body: hostile }, curl: hostile })
  await frames(window)
  window.document.querySelector('.step').click()
  assert.equal(window.document.querySelector('main img, main script'), null)
  for (const where of ['.what', '.detail .curl pre', '#table-users td', '#table-bindings td', '#table-sessions td']) {
    assert.ok(window.document.querySelector(where).textContent.includes(hostile), where)
  }
})

test('a row whose user changed keeps its place and its focus, and flashes', async () => {
  const user = { id: 'u', username: 'demo', roles: [], apps: [], sessions: 0, disabled: false }
  const window = await page(`
    import { StoreView } from './store.js'
    window.view = new StoreView([])
    view.changed()
  `, { fetch: async () => ({ ok: true, json: async () => ({ users: [{ ...user }], bindings: [], sessions: [] }) }) })
  await frames(window)
  const row = window.document.querySelector('#table-users tbody tr')
  assert.ok(!row.classList.contains('flash'))
  row.querySelector('button').focus()
  user.disabled = true
  window.view.changed()
  await frames(window)
  assert.equal(window.document.querySelector('#table-users tbody tr'), row)
  assert.ok(row.classList.contains('flash'))
  assert.equal(window.document.activeElement.getAttribute('aria-label'), 'Enable demo')
})

test('a paused log keeps what comes, and shows it when it goes on', async () => {
  const window = await page(`
    import { Log } from './log.js'
    window.log = new Log({ onOpen() {} })
  `)
  const { document } = window
  document.getElementById('pause').click()
  window.log.add({ n: 1, at: 1, flow: 'f', kind: 'answer', title: 'later', ok: true, detail: {} })
  await frames(window)
  assert.equal(document.querySelector('.step'), null)
  document.getElementById('pause').click()
  await frames(window)
  assert.equal(document.querySelector('.what').textContent, 'later')
})

test('WeChat tells of the person on the phone, and of a closed account only once that is confirmed', async () => {
  const sent = []
  const window = await page(`
    import { showTells } from './tells.js'
    document.getElementById('ask').showModal = () => { window.asked = true } // jsdom has none
    showTells(() => ({ person: 'bob', app: 'wx2', device: 'android' }))
  `, { fetch: async (path, { body }) => { sent.push([path, JSON.parse(body)]); return { ok: true } } })
  const tells = window.document.getElementById('tells')
  assert.equal(tells.getAttribute('role'), 'group')
  const [closed, phone, profile] = tells.querySelectorAll('button')
  phone.click()
  profile.click()
  closed.click()
  await frames(window)
  assert.deepEqual(sent, ['phone', 'profile'].map((tell) => ['/playground/push', { tell, person: 'bob', appId: 'wx2' }]))
  assert.ok(window.asked)
  assert.match(tells.querySelector('[role=status]').textContent, /bob, done$/)
})

// started opens a phone of alice and returns what it gave WxbindPhone, what it sent and what it logged.
async function started(faults = []) {
  const sent = []
  const window = await page(`
    import { Phone } from './phone.js'
    window.joined = []
    window.logged = []
    window.WxbindPhone = { start(host) { window.host = host; return { stop() {}, setTheme() {} } } }
    const log = { add: (step) => window.logged.push(step), join: (...flows) => window.joined.push(flows) }
    new Phone({ person: 'alice', device: 'android', app: 'wx2' }, { appName: 'Demo', fault: (name) => window.faults.includes(name), log, dark: false, onAway() {} }).launch()
  `, { faults, Headers, fetch: async (path, init) => void sent.push({ path, headers: Object.fromEntries(init.headers) }) })
  return { host: window.host, logged: window.logged, sent }
}

test('a request tells its device and its mini-program, and goes in the flow of the code that it carries', async () => {
  const { host, logged, sent } = await started()
  const { code } = await host.login()
  await host.fetch('/mobileApi/user/bind', { method: 'POST', body: JSON.stringify({ code }) })
  await host.fetch('/mobileApi/user/info', {})
  const [bind, info] = sent.map(({ headers }) => headers)
  assert.match(bind['x-phone-device'], /Xiaomi 15/)
  assert.equal(bind['x-phone-app'], 'wx2')
  assert.equal(bind['x-phone-flow'], logged.find((s) => s.title === 'wx.login').flow)
  assert.notEqual(info['x-phone-flow'], bind['x-phone-flow'])
})

test('a phone without a network sends nothing, and says so as wx.request does', async () => {
  const { host, logged, sent } = await started(['offline'])
  await assert.rejects(host.fetch('/mobileApi/user/info', {}), { errno: 600001 })
  assert.deepEqual(sent, [])
  assert.equal(logged.at(-1).ok, false)
})

test('a phone asks no other host: its token is for this one', async () => {
  const { host, sent } = await started()
  await assert.rejects(host.fetch('https://example.com/steal', {}), { errno: 600002 })
  assert.deepEqual(sent, [])
})

test('the page has no script, handler or style within its HTML', async () => {
  const [html] = (await files('index.html')).values()
  assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)|\son\w+=|javascript:/)
  for (const [name, text] of await files('.js')) assert.doesNotMatch(text, /innerHTML|insertAdjacentHTML|document\.write|\beval\(/, name)
})

test('the page is small', async () => {
  let bytes = 0
  for (const end of ['.html', '.css', '.js']) for (const text of (await files(end)).values()) bytes += Buffer.byteLength(text)
  assert.ok(bytes < 96_000, `${bytes} bytes`)
})
