// What only a real browser shows: layout, focus, and the policy under which the page runs.
import assert from 'node:assert/strict'
import { accessSync, constants } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'
import { after, before, test } from 'node:test'
import puppeteer from 'puppeteer-core'
import { scripts } from './phone.mjs'

const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src 'self' data:"
const html = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><style>body{margin:0}button{background:red}</style>
<div id="screen" style="width:375px;height:667px"></div><button id="outside">外</button><script src="/runtime.js"></script><script src="/example.js"></script><script src="/host.js"></script>`
const host = `window.violations = []
document.addEventListener('securitypolicyviolation', (e) => violations.push(e.violatedDirective + ' ' + e.blockedURI))
try {
  new Function('return 1')()
} catch (e) {
  window.refused = e.name
}
const store = new Map()
const mount = document.getElementById('screen').attachShadow({ mode: 'open' })
const began = performance.now()
window.phone = WxbindPhone.start({ mount, project: WxbindExample, fetch, login: async () => ({ code: 'a' }), phoneCode: async () => ({ code: 'p' }),
  storage: { get: (k) => store.get(k), set: (k, v) => store.set(k, v), remove: (k) => store.delete(k), keys: () => [...store.keys()] },
  launch: { scene: 1001 }, system: { theme: 'light', language: 'zh_CN', deviceName: 'iPhone' } })
window.took = performance.now() - began`

const chromium = [process.env.WXBIND_CHROMIUM, ...(process.env.PATH || '').split(path.delimiter).flatMap((dir) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => path.join(dir, name)))]
  .find((file) => {
    try {
      accessSync(file || '', constants.X_OK)
      return true
    } catch {
      return false
    }
  })
const skip = chromium ? false : 'no Chromium in PATH or WXBIND_CHROMIUM'
let server, browser, page
const errors = []

before(async () => {
  if (skip) return
  const [runtime, example] = await scripts()
  const files = { '/': ['text/html', html], '/runtime.js': ['text/javascript', runtime], '/example.js': ['text/javascript', example], '/host.js': ['text/javascript', host], '/hello': ['application/json', '{"msg":"hi"}'] }
  server = createServer((request, response) => {
    const [type, body] = files[request.url] || ['text/plain', '']
    response.writeHead(files[request.url] ? 200 : 404, { 'content-type': `${type}; charset=utf-8`, 'content-security-policy': policy }).end(body)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  browser = await puppeteer.launch({ executablePath: chromium, args: ['--no-sandbox'] })
  page = await browser.newPage()
  page.on('pageerror', (e) => errors.push(e.message))
  await page.setViewport({ width: 400, height: 700 })
  // A page that slides in cannot be clicked at its place.
  await page.emulateMediaFeatures([{ name: 'prefers-reduced-motion', value: 'reduce' }])
  await page.goto(`http://127.0.0.1:${server.address().port}/`)
})
after(async () => {
  await browser?.close()
  server?.close()
})

/** The box and the style of something in the phone. */
const look = (selector) => page.evaluate((s) => {
  const element = document.getElementById('screen').shadowRoot.querySelector(s)
  const { width, height, left, top } = element.getBoundingClientRect()
  const { color, backgroundColor, fontSize } = getComputedStyle(element)
  return { width, height, left, top, color, backgroundColor, fontSize }
}, selector)

test('WeChat\'s measures: bars, buttons, rpx, and the page between the bars', { skip }, async () => {
  assert.equal((await look('.wx-nav')).height, 44)
  assert.equal((await look('.wx-tabs')).height, 50)
  assert.equal((await look('.wx-window')).height, 667 - 44 - 50)
  assert.equal((await look('.wx-capsule')).width, 87)
  assert.equal((await look('#go')).width, 184)
  assert.equal((await look('#go')).height, 40)
  assert.equal((await look('wx-image')).width, 20)
  assert.equal((await look('wx-page')).fontSize, '16px')
})

test('styles: of the page in its page, of the project not outside, of the host not inside', { skip }, async () => {
  assert.equal((await look('.head')).color, 'rgb(18, 52, 86)')
  assert.equal((await look('#add')).backgroundColor, 'rgb(7, 193, 96)')
  assert.equal(await page.$eval('#outside', (e) => getComputedStyle(e).backgroundColor), 'rgb(255, 0, 0)')
})

test('the dark theme follows setTheme', { skip }, async () => {
  await page.evaluate(() => phone.setTheme('dark'))
  assert.equal((await look('wx-page')).backgroundColor, 'rgb(17, 17, 17)')
  await page.evaluate(() => phone.setTheme('light'))
  assert.equal((await look('wx-page')).backgroundColor, 'rgb(237, 237, 237)')
})

test('clicks and keys, through a shadow root', { skip }, async () => {
  await (await page.$('>>> #add')).click()
  await (await page.$('>>> #add')).focus()
  await page.keyboard.press('Enter')
  assert.equal(await page.$eval('>>> .head', (e) => e.textContent), '你好，4')
  await (await page.$('>>> #ask')).click()
  await page.waitForFunction(() => document.getElementById('screen').shadowRoot.querySelector('.answer').textContent === '200 hi')
})

test('a form: typed by keyboard, sent', { skip }, async () => {
  await (await page.$('>>> #go')).click()
  await (await page.$('>>> #name')).type('张三')
  assert.equal(await page.$eval('>>> #name', (e) => e.value), '张三')
  await (await page.$('>>> .tea')).click()
  assert.deepEqual(await page.$$eval('>>> wx-checkbox input', (all) => all.map((e) => e.checked)), [false, false])
  assert.equal(Math.round((await look('.wx-frame:not([hidden]) button[type=primary]')).width), 188)
})

test('the focus of what was disabled meanwhile goes to the page that opens, and no focus from outside does', { skip }, async () => {
  await page.$eval('>>> #name', (e) => { e.focus(); e.disabled = true })
  await page.waitForFunction(() => document.activeElement === document.body)
  await page.evaluate(() => phone.back())
  assert.match(await page.evaluate(() => document.getElementById('screen').shadowRoot.activeElement?.className ?? ''), /wx-frame/)
  await (await page.$('>>> #go')).click()
  await page.$eval('>>> #name', (e) => { e.focus(); e.disabled = true })
  await page.waitForFunction(() => document.activeElement === document.body)
  await page.evaluate(() => {
    const field = document.body.appendChild(document.createElement('input'))
    field.focus()
    phone.back()
    window.outside = document.activeElement === field
    field.remove()
  })
  assert.equal(await page.evaluate(() => window.outside), true)
})

test('stop leaves nothing; the only breach of the policy is the eval that this test tries', { skip }, async () => {
  await page.evaluate(() => phone.stop())
  assert.equal(await page.evaluate(() => document.getElementById('screen').shadowRoot.innerHTML), '')
  assert.deepEqual(await page.evaluate(() => window.violations), ['script-src eval'])
  assert.deepEqual(errors, [])
  assert.equal(await page.evaluate(() => window.refused), 'EvalError')
  assert.ok(await page.evaluate(() => window.took) < 1000)
})
