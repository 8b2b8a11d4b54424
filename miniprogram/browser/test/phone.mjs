// Starts the built runtime with a built project in jsdom, as a page does.
import { JSDOM, VirtualConsole } from 'jsdom'
import { afterEach } from 'node:test'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { runtime } from '../build.mjs'
import { compile } from '../compile.mjs'

const here = path.dirname(fileURLToPath(import.meta.url))
export const fixture = path.join(here, '..', 'fixture')

const running = []
// A phone's timers would keep the process.
afterEach(() => {
  for (const phone of running.splice(0)) phone.stop()
})

let built
/** The two scripts' texts, built once for all tests of a file. */
export function scripts() {
  built ||= Promise.all([runtime(), compile(fixture)])
  return built
}

/** A page with both scripts. more is project text that takes the fixture's place. */
export async function page(project) {
  const [code, example] = await scripts()
  const dom = new JSDOM('<!doctype html><div id="screen"></div>', { url: 'http://127.0.0.1:3000/', runScripts: 'outside-only', pretendToBeVisual: true, virtualConsole: new VirtualConsole() })
  // jsdom has neither of them.
  Object.assign(dom.window, { fetch, Headers, Response, structuredClone })
  dom.window.eval(code)
  dom.window.eval(project || example)
  return dom.window
}

/** A phone in a page, with what it told its host. Options take the place of the host's parts. */
export async function start(options = {}, window = undefined) {
  const win = window || await page(options.code)
  const store = options.store || new Map()
  const told = []
  const requests = []
  const { document } = win
  const inside = {}
  const project = reach(options.project || win.WxbindExample, inside)
  const root = options.mount || document.getElementById('screen')
  const phone = win.WxbindPhone.start({
    mount: root,
    project,
    fetch: async (url, init) => {
      requests.push({ url, ...init })
      return (options.fetch || (() => json(200, { msg: 'hi' })))(url, init)
    },
    login: options.login || (async () => ({ code: 'alice-1' })),
    phoneCode: options.phoneCode || (async () => ({ code: 'phone-1' })),
    storage: options.storage || {
      get: (key) => store.get(key), set: (key, v) => store.set(key, v), remove: (key) => store.delete(key), keys: () => [...store.keys()],
    },
    launch: { scene: 1001, ...options.launch },
    system: { theme: 'light', language: 'zh_CN', deviceName: 'iPhone', ...options.system },
    on: (event) => told.push(event),
  })
  running.push(phone)
  await settle()
  const all = (selector) => [...root.querySelectorAll(selector)]
  const self = {
    window: win, root, phone, told, requests, store, all,
    /** The one that is shown. */
    get(selector) {
      return all(`.wx-frame:not([hidden]) ${selector}`)[0] || all(`.wx-layer ${selector}`).pop() || all(`.wx-status ${selector}`)[0]
    },
    text: (selector) => self.get(selector)?.textContent,
    async tap(selector) {
      const target = typeof selector === 'string' ? self.get(selector) : selector
      if (!target) throw new Error(`nothing to tap: ${selector}`)
      target.click()
      await settle()
    },
    async type(selector, value) {
      const field = self.get(selector)
      field.value = value
      field.dispatchEvent(new win.Event('input', { bubbles: true }))
      await settle()
    },
    async key(target, key, more = {}) {
      target.dispatchEvent(new win.KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }))
      await settle()
    },
    /** What the project's modules have: wx, and the app's log without its objects' world. */
    wx: inside.wx,
    app: () => inside.getApp(),
    pages: () => inside.getCurrentPages(),
    log: () => plain(inside.getApp().log),
    errors: () => told.filter((e) => e.kind === 'error').map((e) => e.message),
  }
  return self
}

/** The project, whose app.js tells what it was given. */
function reach(project, inside) {
  const app = project.modules['app.js']
  const names = ['module', 'exports', 'require', 'wx', 'App', 'Page', 'Component', 'Behavior', 'getApp', 'getCurrentPages']
  const wrapped = function (...given) {
    names.forEach((name, i) => (inside[name] = given[i]))
    return app.apply(this, given)
  }
  return { ...project, modules: { ...project.modules, 'app.js': wrapped } }
}

/** An HTTP answer in JSON. */
export function json(status, body, headers = {}) {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })
}

/** Lets timers of 0 ms and promises run. */
export async function settle(ms = 5) {
  await new Promise((resolve) => setTimeout(resolve, ms))
}

/** Objects of the page's own world as ours, to compare. */
export function plain(value) {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value))
}
