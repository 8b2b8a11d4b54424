import { Codes, phoneEnd } from './codes.js'
import { deviceById } from './devices.js'
import { button, el } from './dom.js'
import { phoneStorage } from './keep.js'
import { phoneSheet } from './sheet.js'
import { Pending } from './steps.js'
import { lang, t } from './words.js'

const scene = 1001 // a launch from the list of used mini-programs
const soon = 400 // ms: what a page does so soon after something followed from it
const refused = { errno: 103, errMsg: 'getPhoneNumber:fail user deny' }
const noNetwork = { errno: 600001, errMsg: 'request:fail errcode:-106 cronet_error_code:-106 error_msg:net::ERR_INTERNET_DISCONNECTED' }
const notListed = { errno: 600002, errMsg: 'request:fail url not in domain list' }

/** keyOf tells phones apart: one for each person, device and mini-program. */
export const keyOf = ({ person, device, app }) => `${app} ${person} ${device}`

/**
 * Phone is one device of one person with one mini-program open: its frame, and the host of WxbindPhone, which runs the example in it.
 * What it does by itself is told to `log`; its requests go to the real routes, marked with the flow that they belong to.
 */
export class Phone {
  #host
  #codes
  #pending = new Pending()
  #recent // the flow that went on last: {flow, at, launching}
  #running
  #dark
  #away = false

  /** who is {person, device, app}; host is {appName, fault(name), log, dark}. */
  constructor(who, host) {
    this.who = who
    this.#host = host
    this.#dark = host.dark
    this.#codes = new Codes(who.person, host.fault)
    this.name = t('phone.of', { person: who.person, device: t(`device.${who.device}`) })
    this.screen = el('div', { class: 'screen' })
    this.layer = el('div', { class: 'layer' })
    this.time = el('time')
    this.awayButton = el('button', { type: 'button', class: 'away', hidden: true, onclick: () => this.away(false) },
      el('strong', {}, t('phone.away')), el('span', {}, t('phone.back')))
    this.element = el('figure', { class: 'device', 'data-frame': deviceById(who.device).frame, 'aria-label': this.name },
      el('div', { class: 'bezel' }, el('div', { class: 'glass' },
        el('div', { class: 'status', 'aria-hidden': 'true' }, this.time, el('i', { class: 'camera' }), el('span', { class: 'battery' })),
        this.screen, this.layer, this.awayButton)),
      el('figcaption', {}, this.name))
    this.screen.attachShadow({ mode: 'open' })
    this.tick()
  }

  /** tick sets the clock of the status bar. */
  tick() { this.time.textContent = new Date().toTimeString().slice(0, 5) }

  /** launch starts the mini-program anew, as after it was quit. */
  launch() {
    this.stop()
    this.away(false, { quiet: true })
    this.#follow(newFlow(), true)
    this.#log(this.#recent.flow, t('step.launch', { person: this.who.person, device: t(`device.${this.who.device}`) }), true, { ...this.who, scene })
    try {
      this.#running = window.WxbindPhone.start({
        mount: this.screen.shadowRoot, project: window.WxbindExample, launch: { scene },
        fetch: (path, init) => this.#fetch(path, init),
        login: async () => this.#login(),
        phoneCode: () => this.#phoneCode(),
        storage: phoneStorage(this.who, (did, key) => this.#log(this.#flow(), t(`step.${did}`, { key }), true, { key })),
        system: {
          theme: this.#dark ? 'dark' : 'light', language: lang === 'zh' ? 'zh_CN' : 'en', appId: this.who.app,
          deviceName: t(`device.${this.who.device}`), platform: deviceById(this.who.device).platform,
        },
        on: (event) => this.#on(event),
      })
    } catch (e) {
      this.layer.replaceChildren(el('p', { class: 'broken' }, t('phone.missing', { why: e.message })))
    }
    this.theme(this.#dark)
  }

  stop() {
    this.#running?.stop()
    this.#running = undefined
    this.layer.replaceChildren()
    this.screen.inert = false
    this.screen.shadowRoot.replaceChildren()
  }

  /** theme makes the phone light or dark. */
  theme(dark) {
    this.#dark = dark
    this.element.dataset.theme = dark ? 'dark' : 'light'
    this.#running?.setTheme(dark ? 'dark' : 'light')
  }

  get isAway() { return this.#away }

  /** away moves the mini-program to the background, or back. */
  away(away, { quiet = false } = {}) {
    if (away === this.#away) return
    this.#away = away
    this.awayButton.hidden = !away
    this.screen.inert = away
    if (away) this.#running?.hide()
    else this.#running?.show()
    if (!quiet) this.#log(newFlow(), t(away ? 'step.hide' : 'step.show'), true, { ...this.who })
    this.#host.onAway(this)
  }

  #on(event) {
    if (event.kind === 'page') this.#log(this.#flow(), t('step.page', { path: event.path ?? '' }), true, event)
    if (event.kind === 'error') this.#log(this.#flow(), t('step.error', { why: event.message ?? '' }), false, event)
  }

  #login() {
    const flow = this.#recent?.launching ? this.#flow() : newFlow()
    try {
      const code = this.#codes.login()
      this.#pending.gave(code, flow)
      this.#log(flow, t('step.login'), true, { code: `${this.who.person}-…` })
      return { code }
    } catch (e) {
      this.#log(flow, t('step.login'), false, e)
      throw e
    }
  }

  async #phoneCode() {
    if (this.layer.childElementCount > 0) return refused // a sheet is open already
    const flow = newFlow()
    const masked = `139****${await phoneEnd(this.who.person)}`
    const allowed = await phoneSheet(this.layer, { appName: this.#host.appName, masked, screen: this.screen })
    this.#log(flow, t('step.phoneCode'), allowed, allowed ? { phone: masked } : refused)
    if (!allowed) return refused
    const code = this.#codes.phone()
    this.#pending.gave(code, flow)
    return { code }
  }

  async #fetch(path, init = {}) {
    const url = new URL(path, location.origin)
    if (url.origin !== location.origin) throw notListed
    const [flow = newFlow(), ...others] = this.#pending.flowsOf(`${url.search} ${typeof init.body === 'string' ? init.body : ''}`)
    for (const other of others) this.#host.log.join(other, flow)
    if (this.#host.fault('offline')) {
      this.#log(flow, t('step.offline', { path: url.pathname }), false, noNetwork)
      throw noNetwork
    }
    const headers = new Headers(init.headers)
    headers.set('X-Phone-Device', deviceById(this.who.device).agent)
    headers.set('X-Phone-App', this.who.app)
    headers.set('X-Phone-Flow', flow)
    try {
      return await fetch(url.pathname + url.search, { ...init, headers })
    } finally { this.#follow(flow) }
  }

  // follow notes which flow goes on, so that what the page does next stands in it.
  #follow(flow, launching = false) { this.#recent = { flow, at: Date.now(), launching } }

  // flow is the one that a step of the phone belongs to: that which just went on, else one of its own.
  #flow() {
    if (!this.#recent || Date.now() - this.#recent.at > soon) this.#follow(newFlow())
    this.#recent.at = Date.now()
    return this.#recent.flow
  }

  #log(flow, title, ok, detail) {
    this.#host.log.add({ at: Date.now(), flow, kind: 'phone', title, ok, detail })
  }
}

const newFlow = () => crypto.randomUUID()

/** railButton makes one of the buttons beside the phones, whose words can change. */
export function railButton(drawing, about, onclick) {
  const b = button('', onclick, { class: 'rail-button', icon: drawing, title: about })
  return { element: b, say: (text, pressed) => {
    b.lastChild.textContent = text
    if (pressed !== undefined) b.setAttribute('aria-pressed', String(pressed))
  } }
}
