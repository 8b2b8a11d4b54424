// A phone of a person that runs this project in jsdom, against a real service. What it offers is what a person does: tap, type, read.
import { JSDOM } from 'jsdom'
import { runtime } from '../../browser/build.mjs'
import { compile } from '../../browser/compile.mjs'
import { root } from './project.mjs'

const patience = 5000

const scripts = Promise.all([runtime(), compile(root)])

let codes = 0

/**
 * A phone. `person` is whose WeChat it is, to the stand-in; `device` its name; `faults` take the place of login, fetch and phoneCode.
 * A phone that starts again with the storage of another is that phone after its mini-program was closed.
 */
export async function phone({
  base, person, device = 'iPhone', appId = 'wx0123456789abcdef', language = 'zh_CN', storage = new Map(), config, path, scene = 1001, faults = {},
}) {
  const { window } = new JSDOM('<!doctype html><div id="phone"></div>', { runScripts: 'outside-only', pretendToBeVisual: true, url: 'http://127.0.0.1/' })
  window.Headers ||= Headers
  const [engine, example] = await scripts
  window.eval(engine)
  window.eval(example)
  const project = config ? configured(window.WxbindExample, config) : window.WxbindExample
  const events = []
  const mount = window.document.getElementById('phone')
  const started = window.WxbindPhone.start({
    mount,
    project,
    async fetch(path, init) {
      if (faults.fetch) return faults.fetch(path, init)
      const headers = { ...Object.fromEntries(init.headers), 'user-agent': device, referer: `https://servicewechat.com/${appId}/devtools/page-frame.html` }
      return fetch(new URL(path, base), { method: init.method, body: init.body, headers })
    },
    async login() {
      if (faults.login) return faults.login()
      return { code: `${person}-${Date.now()}${++codes}` }
    },
    async phoneCode() {
      if (faults.phoneCode) return faults.phoneCode()
      return { code: `phone-${person}-${++codes}` }
    },
    storage: {
      get: (key) => storage.get(key),
      set: (key, value) => void storage.set(key, value),
      remove: (key) => void storage.delete(key),
      keys: () => [...storage.keys()],
    },
    launch: { path, scene },
    system: { theme: 'light', language, deviceName: device, appId },
    on: (event) => events.push(event),
  })

  const standing = (selector) => [...mount.querySelectorAll(selector)].filter((element) => !element.closest('[hidden]'))
  const dialog = () => standing('[role=dialog]').pop()
  const within = () => dialog() || mount
  const nameOf = (element) => element.getAttribute('aria-label') || element.textContent.replace(/\s+/g, ' ').trim()
  const find = (name) => {
    const candidates = standing('button, [role=button], [role=link], [role=checkbox]').filter((element) => within().contains(element) && !element.disabled)
    return candidates.find((element) => nameOf(element) === name) || candidates.find((element) => nameOf(element).startsWith(name))
  }
  const text = () => standing('section, [role=dialog], .wx-toast').map((element) => element.textContent).join(' ').replace(/\u00a0/g, ' ')
  async function until(what, look) {
    const end = Date.now() + patience
    for (;;) {
      const found = look()
      if (found) return found
      if (Date.now() > end) throw new Error(`${what}; the phone shows: ${text().replace(/\s+/g, ' ')}\nrequests: ${requests().join(', ')}${faultsOf()}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  const requests = () => events.filter((event) => event.kind === 'request').map(({ method, path }) => `${method} ${path}`)
  const faultsOf = () => events.filter((event) => event.kind === 'error').map((event) => `\nfault: ${event.message || event.error || JSON.stringify(event)}`).join('')

  return {
    events,
    faults,
    storage,
    /** Everything that can be read on the screen. */
    text,
    /** Waits for something that a screen reader is alerted to, and gives its text. */
    alert: () => until('alerted to nothing', () => standing('[role=alert]').map((element) => element.textContent).find((words) => words && words !== '加载中')),
    /** Waits for a text. */
    see: (words) => until(`never showed ${words}`, () => text().includes(words)),
    /** Waits until a text is gone. */
    seeNoMore: (words) => until(`went on showing ${words}`, () => !text().includes(words)),
    /** Waits until a box with this name is ticked. */
    seeTicked: (name) => until(`${name} was never ticked`, () => find(name)?.getAttribute('aria-checked') === 'true'),
    /** What can be tapped under this name, or undefined. */
    find,
    /** Taps what has this name to a screen reader. */
    async tap(name) {
      (await until(`nothing to tap is called ${name}`, () => find(name))).click()
      // No hand taps again before the phone has told the page.
      await new Promise((resolve) => setTimeout(resolve, 0))
    },
    /** Types into the field of this name. */
    async type(name, value) {
      const field = await until(`no field ${name}`, () => standing('input').find((input) => input.getAttribute('aria-label') === name))
      field.value = value
      field.dispatchEvent(new window.Event('input', { bubbles: true }))
    },
    /** Presses the keyboard's last key in the field of this name. */
    async enter(name) {
      const field = await until(`no field ${name}`, () => standing('input').find((input) => input.getAttribute('aria-label') === name))
      field.dispatchEvent(new window.KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))
    },
    /** Waits until the field of this name has the keyboard. */
    seeFocus: (name) => until(`${name} never had the focus`, () => window.document.activeElement?.getAttribute('aria-label') === name),
    /** Taps twice, before anything can come of the first tap. */
    async tapTwice(name) {
      const target = await until(`nothing to tap is called ${name}`, () => find(name))
      target.click()
      target.click()
    },
    /** Waits until a request to this route is over, such as `GET info`. */
    asked: (route) => until(`never asked ${route}`, () => requests().includes(route.replace(' ', ' /mobileApi/user/'))),
    /** The requests since the last time that they were asked for, such as `GET /mobileApi/user/info`. */
    requests() {
      const since = requests()
      events.length = 0
      return since
    },
    page: () => [...events].reverse().find((event) => event.kind === 'page')?.path,
    back: () => started.back(),
    hide: () => started.hide(),
    show: () => started.show(),
    stop() {
      started.stop()
      window.close()
    },
  }
}

/** The project with other settings in its config.js. */
function configured(project, config) {
  const file = 'config.js'
  const original = project.modules[file]
  const changed = function (module, ...more) {
    original.call(this, module, ...more)
    Object.assign(module.exports, config)
  }
  return { ...project, modules: { ...project.modules, [file]: changed } }
}
