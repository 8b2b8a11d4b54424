import assert from 'node:assert/strict'
import { test } from 'node:test'
import { page, plain, settle, start } from './phone.mjs'

const fault = (promise) => promise.then(() => assert.fail('it succeeded'), (e) => e.errMsg)
/** What has happened to pages and the app, in order. */
const lives = (phone) => phone.log().filter(([name]) => /^(on|load|show|ready|hide|unload)/.test(name))
const routes = (phone) => plain(phone.pages().map((p) => p.route))

test('launch: the app, then the page: load, show, ready', async () => {
  const phone = await start({ launch: { query: { a: '1' } } })
  assert.deepEqual(lives(phone), [
    ['onLaunch', 'pages/start/start', 1001], ['onShow', 'pages/start/start'],
    ['load', 'pages/start/start', { a: '1' }], ['show', 'pages/start/start'], ['ready', 'pages/start/start'],
  ])
})

test('launch: a page that is not there tells onPageNotFound and opens the first', async () => {
  const phone = await start({ launch: { path: 'pages/gone/gone' } })
  assert.deepEqual(routes(phone), ['pages/start/start'])
})

test('navigateTo: a relative url with a query; the page below hides', async () => {
  const phone = await start()
  await phone.tap('#go')
  assert.deepEqual(routes(phone), ['pages/start/start', 'pages/form/form'])
  assert.deepEqual(plain(phone.pages()[1].options), { id: '1' })
  assert.deepEqual(lives(phone).at(-1), ['hide', 'pages/start/start'])
  assert.equal(phone.all('.wx-frame')[0].hidden, true)
})

test('navigateTo: values of the query are decoded once', async () => {
  const phone = await start()
  await phone.wx.navigateTo({ url: `/pages/far/far?from=${encodeURIComponent('a&b=c%20d')}` })
  assert.equal(phone.text('.far'), 'a&b=c%20d')
})

test('navigateTo: an unknown page, no url, a page of the tab bar, an eleventh page', async () => {
  const phone = await start()
  assert.equal(await fault(phone.wx.navigateTo({ url: '/pages/gone/gone' })), 'navigateTo:fail page "pages/gone/gone" is not found')
  assert.match(await fault(phone.wx.navigateTo({})), /^navigateTo:fail parameter error/)
  assert.equal(await fault(phone.wx.navigateTo({ url: '/pages/me/me' })), 'navigateTo:fail can not navigateTo a tabbar page')
  for (let i = 0; i < 9; i++) await phone.wx.navigateTo({ url: '/pages/far/far' })
  assert.equal(await fault(phone.wx.navigateTo({ url: '/pages/far/far' })), 'navigateTo:fail webview count limit exceed')
  assert.equal(phone.pages().length, 10)
})

test('navigateBack: unloads the page and shows the one below', async () => {
  const phone = await start()
  await phone.tap('#go')
  await phone.wx.navigateBack()
  assert.deepEqual(lives(phone).at(-1), ['show', 'pages/start/start'])
  assert.deepEqual(routes(phone), ['pages/start/start'])
  assert.equal(phone.all('.wx-frame').length, 1)
})

test('navigateBack: several at once, at most to the first', async () => {
  const phone = await start()
  for (let i = 0; i < 3; i++) await phone.wx.navigateTo({ url: '/pages/far/far' })
  await phone.wx.navigateBack({ delta: 2 })
  assert.equal(phone.pages().length, 2)
  await phone.wx.navigateBack({ delta: 9 })
  assert.equal(phone.pages().length, 1)
  assert.equal(await fault(phone.wx.navigateBack()), 'navigateBack:fail cannot navigate back at first page')
})

test('the back button, and the phone\'s back gesture', async () => {
  const phone = await start()
  await phone.tap('#go')
  assert.equal(phone.get('.wx-back').getAttribute('aria-label'), '返回')
  await phone.tap('.wx-back')
  assert.deepEqual(routes(phone), ['pages/start/start'])
  await phone.tap('#go')
  assert.equal(phone.phone.back(), true)
  assert.equal(phone.phone.back(), false)
})

test('the focus goes to a page that opens, if the phone had it', async () => {
  const phone = await start()
  const { document } = phone.window
  await phone.wx.navigateTo({ url: '/pages/far/far' })
  assert.equal(document.activeElement, document.body)
  await phone.wx.navigateBack()
  phone.get('#go').focus()
  await phone.tap('#go')
  assert.equal(document.activeElement, phone.all('.wx-frame')[1])
})

test('a page that redirects in its onLoad', async () => {
  const window = await page()
  const { WxbindExample: project } = window
  const modules = { ...project.modules, 'pages/form/form.js': (module, exports, require, wx, App, Page) => Page({ onLoad() { wx.redirectTo({ url: '/pages/far/far?from=form' }) } }) }
  const phone = await start({ project: { ...project, modules } }, window)
  await phone.tap('#go')
  assert.deepEqual(routes(phone), ['pages/start/start', 'pages/far/far'])
  assert.equal(phone.text('.far'), 'form')
})

test('redirectTo: in place of the page', async () => {
  const phone = await start()
  await phone.tap('#go')
  await phone.wx.redirectTo({ url: '/pages/far/far' })
  assert.deepEqual(routes(phone), ['pages/start/start', 'pages/far/far'])
  assert.equal(await fault(phone.wx.redirectTo({ url: '/pages/me/me' })), 'redirectTo:fail can not redirectTo a tabbar page')
})

test('reLaunch: closes everything', async () => {
  const phone = await start()
  await phone.tap('#go')
  await phone.wx.reLaunch({ url: '/pages/far/far?from=r' })
  assert.deepEqual(routes(phone), ['pages/far/far'])
  assert.equal(lives(phone).some(([name, route]) => name === 'unload' && route === 'pages/start/start'), true)
  assert.ok(phone.get('.wx-home'))
})

test('switchTab: keeps the tabs\' pages, closes the others', async () => {
  const phone = await start()
  await phone.tap('#add')
  await phone.tap('#go')
  await phone.wx.switchTab({ url: '/pages/me/me' })
  assert.deepEqual(routes(phone), ['pages/me/me'])
  await phone.tap('.wx-tab')
  assert.equal(phone.text('.head'), '你好，2')
  assert.equal(lives(phone).filter(([name]) => name === 'load').length, 1)
})

test('switchTab: only to pages of the tab bar', async () => {
  const phone = await start()
  assert.equal(await fault(phone.wx.switchTab({ url: '/pages/far/far' })), 'switchTab:fail can not switch to no-tabBar page')
})

test('the tab bar: its texts, icons and which is open', async () => {
  const phone = await start()
  const tabs = phone.all('.wx-tab')
  assert.deepEqual(tabs.map((t) => t.textContent), ['首页', '我的'])
  assert.deepEqual(tabs.map((t) => t.getAttribute('aria-current')), ['page', null])
  assert.notEqual(tabs[0].querySelector('img').src, tabs[1].querySelector('img').src)
})

test('setTabBarItem: another text; an index that is not there', async () => {
  const phone = await start()
  await phone.wx.setTabBarItem({ index: 1, text: 'Me' })
  assert.equal(phone.all('.wx-tab')[1].textContent, 'Me')
  assert.match(await fault(phone.wx.setTabBarItem({ index: 5, text: '' })), /^setTabBarItem:fail/)
})

test('the navigation bar: title and colours', async () => {
  const phone = await start()
  assert.equal(phone.text('.wx-nav-title'), '试验')
  await phone.wx.setNavigationBarTitle({ title: '别的' })
  assert.equal(phone.text('.wx-nav-title'), '别的')
  assert.equal(phone.all('.wx-frame')[0].getAttribute('aria-label'), '别的')
  await phone.wx.setNavigationBarColor({ frontColor: '#ffffff', backgroundColor: '#ff0000' })
  assert.equal(phone.get('.wx-nav').style.backgroundColor, 'rgb(255, 0, 0)')
  assert.equal(phone.get('.wx-nav').classList.contains('wx-nav-white'), true)
})

test('pulling down: far enough refreshes, until stopPullDownRefresh', async () => {
  const phone = await start()
  const scroll = phone.get('.wx-scroll')
  const mouse = (type, clientY) => scroll.dispatchEvent(new phone.window.MouseEvent(type, { clientY, buttons: 1, bubbles: true }))
  for (const [to, times] of [[50, 0], [200, 1]]) {
    mouse('pointerdown', 0)
    mouse('pointermove', to)
    mouse('pointerup', to)
    assert.equal(phone.log().filter(([name]) => name === 'pulled').length, times)
  }
  assert.ok(phone.get('.wx-pull'))
  await phone.wx.stopPullDownRefresh()
  assert.equal(phone.get('.wx-pull'), undefined)
  await phone.wx.startPullDownRefresh()
  assert.equal(phone.log().filter(([name]) => name === 'pulled').length, 2)
})

test('pulling down: not where it is not configured', async () => {
  const phone = await start({ launch: { path: 'pages/me/me' } })
  const scroll = phone.get('.wx-scroll')
  for (const [type, clientY] of [['pointerdown', 0], ['pointermove', 200]]) scroll.dispatchEvent(new phone.window.MouseEvent(type, { clientY, buttons: 1 }))
  assert.equal(scroll.style.transform, '')
})

test('hide and show: the page, then the app, and the listeners', async () => {
  const phone = await start()
  const heard = []
  const listener = () => heard.push('hide')
  phone.wx.onAppHide(listener)
  phone.wx.onAppShow((o) => heard.push(o.scene))
  phone.phone.hide()
  phone.phone.hide()
  assert.deepEqual(lives(phone).slice(-2), [['hide', 'pages/start/start'], ['onHide']])
  phone.phone.show({ scene: 1089 })
  assert.deepEqual(lives(phone).slice(-2), [['onShow', 'pages/start/start'], ['show', 'pages/start/start']])
  phone.wx.offAppHide(listener)
  phone.phone.hide()
  assert.deepEqual(heard, ['hide', 1089])
  assert.equal(phone.wx.getEnterOptionsSync().scene, 1089)
  assert.equal(phone.wx.getLaunchOptionsSync().scene, 1001)
})

test('setTheme: a class, the bars, and the listeners', async () => {
  const phone = await start()
  let heard
  phone.wx.onThemeChange((r) => (heard = plain(r)))
  phone.phone.setTheme('dark')
  assert.deepEqual(heard, { theme: 'dark' })
  assert.deepEqual(phone.log().at(-1), ['onThemeChange', 'dark'])
  assert.equal(phone.root.querySelector('.wx-phone').classList.contains('wx-dark'), true)
  assert.equal(phone.get('.wx-nav').style.backgroundColor, 'rgb(25, 25, 25)')
  assert.equal(phone.wx.getAppBaseInfo().theme, 'dark')
})

test('errors: of a page reach the host and wx.onError, and the phone goes on', async () => {
  const phone = await start()
  let heard
  phone.wx.onError((e) => (heard = e))
  phone.pages()[0].onHide = () => { throw new Error('broken hide') }
  await phone.tap('#go')
  assert.deepEqual(phone.errors(), ['broken hide'])
  assert.match(heard, /broken hide/)
  assert.deepEqual(routes(phone), ['pages/start/start', 'pages/form/form'])
})

test('errors: of onError itself, once', async () => {
  const phone = await start()
  phone.wx.onError(() => { throw new Error('broken listener') })
  await phone.tap('#break')
  assert.deepEqual(phone.errors(), ['broken handler', 'broken listener'])
})

test('errors: of a handler', async () => {
  const phone = await start()
  await phone.tap('#break')
  assert.deepEqual(phone.errors(), ['broken handler'])
  await phone.tap('#add')
  assert.equal(phone.text('.head'), '你好，2')
})

test('errors: a module that is not there', async () => {
  const window = await page()
  const { WxbindExample: project } = window
  const modules = { ...project.modules, 'pages/me/me.js': (module, exports, require) => require('./gone') }
  const phone = await start({ project: { ...project, modules } }, window)
  assert.deepEqual(phone.errors(), ["module 'pages/me/gone.js' is not defined, require args is './gone'"])
})

test('stop: nothing is left in the page, nothing of the project runs', async () => {
  const phone = await start({ fetch: () => new Promise((resolve) => setTimeout(() => resolve(new Response('{}')), 20)) })
  const got = []
  phone.wx.request({ url: 'http://127.0.0.1:3000/a', complete: () => got.push('request') })
  phone.wx.login({ complete: () => got.push('login') })
  phone.phone.stop()
  phone.phone.stop()
  phone.phone.show()
  phone.phone.setTheme('dark')
  await settle(40)
  assert.deepEqual(got, [])
  assert.equal(phone.root.innerHTML, '')
  assert.equal(lives(phone).at(-1)[0], 'unload')
})

test('start again in the same page: another person\'s phone, none of the first one\'s state', async () => {
  const window = await page()
  const first = await start({}, window)
  await first.tap('#add')
  first.phone.stop()
  const second = await start({ system: { language: 'en' } }, window)
  assert.equal(second.text('.head'), '你好，0')
  assert.equal(window.document.querySelectorAll('.wx-phone').length, 1)
  assert.equal(window.document.querySelector('.wx-phone').lang, 'en')
  assert.equal(second.log().filter(([name]) => name === 'load').length, 1)
  await second.tap('#add')
  assert.equal(second.text('.head'), '你好，2')
})

test('start in a shadow root', async () => {
  const window = await page()
  const mount = window.document.getElementById('screen').attachShadow({ mode: 'open' })
  const phone = await start({ mount }, window)
  await phone.tap('#add')
  assert.equal(phone.text('.head'), '你好，2')
})
