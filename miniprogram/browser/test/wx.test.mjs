import assert from 'node:assert/strict'
import { test } from 'node:test'
import { json, plain, settle, start } from './phone.mjs'

/** What a promise rejects with. */
const fault = (promise) => promise.then(() => assert.fail('it succeeded'), (e) => plain(e))
const url = 'http://127.0.0.1:3000/a'

test('callbacks: success and complete, and no promise', async () => {
  const phone = await start()
  const got = []
  const returned = phone.wx.login({ success: (r) => got.push(plain(r)), complete: () => got.push('complete') })
  await settle()
  assert.equal(returned, undefined)
  assert.deepEqual(got, [{ errMsg: 'login:ok', code: 'alice-1' }, 'complete'])
})

test('callbacks: what one throws is an error of the project, and complete still runs', async () => {
  const phone = await start()
  let completed = false
  phone.wx.login({ success() { throw new Error('oh') }, complete: () => (completed = true) })
  await settle()
  assert.deepEqual(phone.errors(), ['oh'])
  assert.equal(completed, true)
})

test('promises: without callbacks', async () => {
  const phone = await start()
  assert.deepEqual(plain(await phone.wx.login()), { errMsg: 'login:ok', code: 'alice-1' })
})

test('login: the host refuses, with its errno', async () => {
  const phone = await start({ login: async () => { throw { errMsg: 'login:fail network', errno: 600001 } } })
  assert.deepEqual(await fault(phone.wx.login()), { errMsg: 'login:fail network', errno: 600001 })
  assert.equal(phone.told.find((e) => e.kind === 'login').ok, false)
})

/** One wx.request as its answer or fault. */
const request = (phone, options) => new Promise((resolve) => phone.wx.request({ url, ...options, success: (r) => resolve(plain(r)), fail: (e) => resolve(plain(e)) }))

test('request: any status is a success', async () => {
  const phone = await start({ fetch: () => json(503, { code: 1 }) })
  const answer = await request(phone)
  assert.equal(answer.statusCode, 503)
  assert.deepEqual(answer.data, { code: 1 })
  assert.equal(answer.errMsg, 'request:ok')
})

test('request: names of headers come in mixed case', async () => {
  const phone = await start({ fetch: () => json(200, {}, { 'x-request-id': 'r1' }) })
  assert.equal((await request(phone)).header['X-Request-Id'], 'r1')
})

test('request: GET has its data as a query', async () => {
  const phone = await start()
  await request(phone, { url: `${url}?x=1`, data: { name: '张 三', list: [1] } })
  assert.equal(phone.requests[0].url, '/a?x=1&name=%E5%BC%A0+%E4%B8%89&list=%5B1%5D')
  assert.equal(phone.requests[0].body, undefined)
})

test('request: POST has its data as JSON, a form or a text', async () => {
  const phone = await start()
  await request(phone, { method: 'post', data: { a: 1 } })
  await request(phone, { method: 'POST', data: { a: '1 2' }, header: { 'Content-Type': 'application/x-www-form-urlencoded' } })
  await request(phone, { method: 'POST', data: 'text' })
  assert.deepEqual(phone.requests.map((r) => r.body), ['{"a":1}', 'a=1%202', 'text'])
  assert.deepEqual(phone.requests.map((r) => r.headers.get('content-type')), ['application/json', 'application/x-www-form-urlencoded', 'application/json'])
})

test('request: the project cannot set Referer', async () => {
  const phone = await start()
  await request(phone, { header: { Referer: 'x', 'X-Token': 't' } })
  assert.equal(phone.requests[0].headers.has('referer'), false)
  assert.equal(phone.requests[0].headers.get('x-token'), 't')
})

test('request: what is no JSON stays a text', async () => {
  const phone = await start({ fetch: () => new Response('<html>') })
  assert.equal((await request(phone)).data, '<html>')
})

test('request: dataType other than json is not parsed', async () => {
  const phone = await start()
  assert.equal((await request(phone, { dataType: 'text' })).data, '{"msg":"hi"}')
})

test('request: timeout', async () => {
  const phone = await start({ fetch: () => new Promise(() => {}) })
  assert.deepEqual(await request(phone, { timeout: 5 }), { errMsg: 'request:fail timeout', errno: 5 })
})

test('request: abort', async () => {
  const phone = await start({ fetch: () => new Promise(() => {}) })
  let told
  phone.wx.request({ url, fail: (e) => (told = plain(e)) }).abort()
  await settle()
  assert.equal(told.errMsg, 'request:fail abort')
})

test('request: no network', async () => {
  const phone = await start({ fetch: () => Promise.reject(new TypeError('failed')) })
  const told = await request(phone)
  assert.equal(told.errno, 600001)
  assert.match(told.errMsg, /^request:fail /)
})

test('request: the host refuses, with its errno', async () => {
  const phone = await start({ fetch: () => Promise.reject({ errMsg: 'interrupted', errno: 600003 }) })
  assert.deepEqual(await request(phone), { errMsg: 'request:fail interrupted', errno: 600003 })
})

test('request: bad parameters', async () => {
  const phone = await start()
  assert.equal((await request(phone, { url: '/a' })).errMsg, 'request:fail invalid url "/a"')
  assert.equal((await request(phone, { method: 'PATCH' })).errMsg, 'request:fail method "PATCH" is not supported')
})

test('request: another service by its whole address', async () => {
  const phone = await start()
  await request(phone, { url: 'https://api.example.com/b' })
  assert.equal(phone.requests[0].url, 'https://api.example.com/b')
})

test('request: the log knows method, path and status, not the query', async () => {
  const phone = await start()
  await request(phone, { url: `${url}?code=secret` })
  const seen = phone.told.find((e) => e.kind === 'request')
  assert.deepEqual({ ...seen, ms: 0 }, { kind: 'request', method: 'GET', path: '/a', status: 200, ms: 0 })
})

test('storage: any JSON, by its type', async () => {
  const phone = await start()
  for (const value of ['t', 3, true, { a: [1] }, null]) {
    phone.wx.setStorageSync('k', value)
    assert.deepEqual(plain(phone.wx.getStorageSync('k')), value)
  }
})

test('storage: what is missing is an empty text, or a fault of the asynchronous one', async () => {
  const phone = await start()
  assert.equal(phone.wx.getStorageSync('none'), '')
  assert.deepEqual(await fault(phone.wx.getStorage({ key: 'none' })), { errMsg: 'getStorage:fail data not found' })
})

test('storage: asynchronous, remove, info, clear', async () => {
  const phone = await start()
  await phone.wx.setStorage({ key: 'a', data: 1 })
  await phone.wx.setStorage({ key: 'b', data: 2 })
  assert.equal((await phone.wx.getStorage({ key: 'a' })).data, 1)
  await phone.wx.removeStorage({ key: 'a' })
  assert.deepEqual(plain(phone.wx.getStorageInfoSync()).keys, ['b'])
  phone.wx.removeStorageSync('b')
  phone.wx.setStorageSync('c', 1)
  phone.wx.clearStorageSync()
  assert.deepEqual(plain(phone.wx.getStorageInfoSync()), { keys: [], currentSize: 0, limitSize: 10240 })
})

test('storage: a key must be a text, an entry at most 1 MB', async () => {
  const phone = await start()
  assert.throws(() => phone.wx.setStorageSync(3, 1), (e) => e.errMsg === 'setStorage:fail parameter error: parameter.key should be String')
  assert.throws(() => phone.wx.setStorageSync('big', 'x'.repeat(1024 * 1024)), /entry size limit reached/)
})

test('storage: the host\'s throws reach the project', async () => {
  const full = { get: () => undefined, keys: () => [], remove() {}, set() { throw new Error('exceed storage max size 10Mb') } }
  const phone = await start({ storage: full })
  assert.throws(() => phone.wx.setStorageSync('a', 1), /setStorage:fail exceed storage max size 10Mb/)
})

test('showToast: a status that goes by itself', async () => {
  const phone = await start()
  phone.wx.showToast({ title: '已保存', duration: 20 })
  await settle(1)
  assert.equal(phone.text('.wx-toast p'), '已保存')
  assert.equal(phone.root.querySelector('.wx-status').getAttribute('role'), 'status')
  await settle(40)
  assert.equal(phone.text('.wx-toast'), undefined)
})

test('showToast: needs a title', async () => {
  const phone = await start()
  assert.equal((await fault(phone.wx.showToast({}))).errMsg, 'showToast:fail parameter error: parameter.title should be String instead of Undefined;')
})

test('showLoading: stays until hideLoading; hideToast leaves it', async () => {
  const phone = await start()
  await phone.wx.showLoading({ title: '加载中' })
  await phone.wx.hideToast()
  assert.equal(phone.text('.wx-toast p'), '加载中')
  await phone.wx.hideLoading()
  assert.equal(phone.text('.wx-toast'), undefined)
})

test('showModal: confirm and cancel', async () => {
  const phone = await start()
  const first = phone.wx.showModal({ title: '提示', content: '确定吗？' })
  await settle()
  assert.equal(phone.get('.wx-modal').getAttribute('role'), 'dialog')
  await phone.tap('.wx-modal-yes')
  assert.deepEqual(plain(await first), { errMsg: 'showModal:ok', confirm: true, cancel: false })
  const second = phone.wx.showModal({ content: '?' })
  await settle()
  await phone.tap('.wx-modal-no')
  assert.equal((await second).cancel, true)
})

test('showModal: editable gives what was typed', async () => {
  const phone = await start()
  const answer = phone.wx.showModal({ title: '密码', editable: true, placeholderText: '请输入' })
  await settle()
  phone.get('.wx-modal-input').value = 'abc'
  await phone.tap('.wx-modal-yes')
  assert.equal((await answer).content, 'abc')
})

test('showModal: keeps the focus, Escape cancels, the focus returns', async () => {
  const phone = await start()
  const { document } = phone.window
  phone.get('#add').focus()
  const answer = phone.wx.showModal({ content: '?' })
  await settle()
  assert.equal(document.activeElement, phone.get('.wx-modal-yes'))
  await phone.key(document.activeElement, 'Tab')
  assert.equal(document.activeElement, phone.get('.wx-modal-no'))
  await phone.key(document.activeElement, 'Tab', { shiftKey: true })
  assert.equal(document.activeElement, phone.get('.wx-modal-yes'))
  await phone.key(document.activeElement, 'Escape')
  assert.equal((await answer).cancel, true)
  assert.equal(document.activeElement, phone.get('#add'))
})

test('showModal: showCancel false has one button, words of at most four characters', async () => {
  const phone = await start()
  phone.wx.showModal({ content: '?', showCancel: false, confirmText: '知道了' })
  await settle()
  assert.equal(phone.get('.wx-modal-no'), undefined)
  assert.equal(phone.text('.wx-modal-yes'), '知道了')
  assert.match((await fault(phone.wx.showModal({ confirmText: '一二三四五' }))).errMsg, /confirmText length/)
})

test('showActionSheet: the index, or cancel', async () => {
  const phone = await start()
  const first = phone.wx.showActionSheet({ itemList: ['甲', '乙'] })
  await settle()
  await phone.tap(phone.all('.wx-sheet-item')[1])
  assert.equal((await first).tapIndex, 1)
  const second = fault(phone.wx.showActionSheet({ itemList: ['甲'] }))
  await settle()
  await phone.tap('.wx-sheet-cancel')
  assert.equal((await second).errMsg, 'showActionSheet:fail cancel')
})

test('showActionSheet: one to six items', async () => {
  const phone = await start()
  assert.match((await fault(phone.wx.showActionSheet({ itemList: [] }))).errMsg, /at least one item/)
  assert.match((await fault(phone.wx.showActionSheet({ itemList: [1, 2, 3, 4, 5, 6, 7] }))).errMsg, /large than 6/)
})

test('launch and enter options: path, query, scene', async () => {
  const phone = await start({ launch: { path: 'pages/far/far', query: { from: 'x' }, scene: 1154 } })
  const options = plain(phone.wx.getLaunchOptionsSync())
  assert.deepEqual([options.path, options.query, options.scene], ['pages/far/far', { from: 'x' }, 1154])
  assert.deepEqual(plain(phone.wx.getEnterOptionsSync()), options)
})

test('the phone\'s facts: base info, device, window, system, account', async () => {
  const phone = await start({ system: { language: 'en', deviceName: 'Pixel 9', platform: 'android', appId: 'wx0123456789abcdef' } })
  const { wx } = phone
  assert.equal(wx.getAppBaseInfo().language, 'en')
  assert.equal(wx.getDeviceInfo().model, 'Pixel 9')
  assert.equal(wx.getDeviceInfo().platform, 'android')
  assert.equal(wx.getWindowInfo().windowWidth, 375)
  assert.equal(wx.getWindowInfo().windowHeight, 667 - 44 - 50)
  assert.equal(wx.getSystemInfoSync().model, 'Pixel 9')
  assert.equal((await wx.getSystemInfo()).language, 'en')
  assert.equal(wx.getAccountInfoSync().miniProgram.appId, 'wx0123456789abcdef')
})

test('getBackgroundFetchData: what the host has, else a fault', async () => {
  const phone = await start({ system: { backgroundFetch: (type) => ({ fetchedData: type, timeStamp: 1 }) } })
  assert.equal((await phone.wx.getBackgroundFetchData({ fetchType: 'pre' })).fetchedData, 'pre')
  assert.match((await fault((await start()).wx.getBackgroundFetchData({ fetchType: 'pre' }))).errMsg, /^getBackgroundFetchData:fail/)
})

test('setClipboardData: tells that it copied', async () => {
  const phone = await start()
  await phone.wx.setClipboardData({ data: 'abc' })
  assert.equal((await phone.wx.getClipboardData()).data, 'abc')
  assert.equal(phone.text('.wx-toast p'), '内容已复制')
})

test('canIUse: functions and components that exist', async () => {
  const { wx } = await start()
  assert.deepEqual(['login', 'button.open-type.getPhoneNumber', 'chooseLocation'].map((s) => wx.canIUse(s)), [true, true, false])
})

test('nextTick, getUpdateManager, createSelectorQuery', async () => {
  const phone = await start()
  let ran = false
  phone.wx.nextTick(() => (ran = true))
  const has = new Promise((resolve) => phone.wx.getUpdateManager().onCheckForUpdate((r) => resolve(r.hasUpdate)))
  const found = new Promise((resolve) => phone.wx.createSelectorQuery().select('.head').boundingClientRect(resolve).exec())
  assert.equal(await has, false)
  assert.equal(typeof (await found).width, 'number')
  assert.equal(ran, true)
})
