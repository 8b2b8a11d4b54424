import { byId } from './dom.js'
import { Phone, keyOf, railButton } from './phone.js'
import { t } from './words.js'

const kept = 6 // phones that go on in the background, as on a real one; the one away longest is quit
const bezel = { width: 391, height: 766 } // the same as phone.css
const caption = 28
const gap = 20
const beside = 110 // the rail and the page's margins
const smallest = 0.6
// The same as in phone.css and styles.css: room for two phones, and tabs instead of columns.
const wide = matchMedia('(min-width: 1180px)')
const tabbed = matchMedia('(max-width: 699px)')

/** Stage shows one phone, or two beside each other; the pickers and buttons are for the one touched last. The others wait in the background. */
export class Stage {
  #phones = new Map() // key -> Phone, the one shown last at the end
  #slots = []
  #active = 0
  #host
  #dark
  #onActive

  /** host is what each Phone needs; dark is a choice; onActive is told who is the active one. */
  constructor(host, dark, onActive) {
    this.#host = host
    this.#dark = dark
    this.#onActive = onActive
    this.element = byId('stage')
    this.relaunch = railButton('relaunch', t('relaunch.about'), () => this.active.launch())
    this.background = railButton('background', '', () => this.active.away(!this.active.isAway))
    this.theme = railButton('theme', t('theme.about'), () => this.#setDark(!this.#isDark))
    this.second = railButton('second', t('second.about'), () => this.#toggleSecond())
    byId('rail').append(...[this.relaunch, this.background, this.theme, this.second].map((b) => b.element))
    this.relaunch.say(t('relaunch'))
    this.second.element.classList.add('second') // a narrow page has no place for it
    const resized = new ResizeObserver(() => this.#scale())
    for (const e of [this.element, document.documentElement]) resized.observe(e)
    setInterval(() => { for (const phone of this.#phones.values()) phone.tick() }, 10_000)
  }

  get active() { return this.#slots[this.#active] }

  /** show puts a person's device into the active place: the phone that waits in the background, else a new one. */
  show(who) {
    const other = this.#slots.findIndex((p, i) => i !== this.#active && keyOf(p.who) === keyOf(who))
    if (other >= 0) this.#slots[other] = this.active // they change places
    this.#slots[this.#active] = this.#phoneOf(who)
    this.#draw()
  }

  #phoneOf(who) {
    const key = keyOf(who)
    let phone = this.#phones.get(key)
    this.#phones.delete(key)
    const fresh = !phone
    phone ??= new Phone(who, { ...this.#host, appName: this.#host.appName(who.app), dark: this.#isDark, onAway: () => this.#say() })
    this.#phones.set(key, phone)
    if (!fresh) return phone
    this.element.append(phone.element)
    for (const kind of ['pointerdown', 'focusin']) phone.element.addEventListener(kind, () => this.#activate(phone))
    phone.launch()
    return phone
  }

  #activate(phone) {
    const slot = this.#slots.indexOf(phone)
    if (slot < 0 || slot === this.#active) return
    this.#active = slot
    this.#draw()
  }

  #draw() {
    for (const phone of [...this.#phones.values()]) {
      const slot = this.#slots.indexOf(phone)
      const shown = slot >= 0
      if (phone.element.hidden === shown) phone.away(!shown, { quiet: true })
      phone.element.hidden = !shown
      phone.element.style.order = String(slot)
      phone.element.classList.toggle('active', slot === this.#active)
      if (!shown && this.#phones.size > kept) {
        phone.stop()
        phone.element.remove()
        this.#phones.delete(keyOf(phone.who))
      }
    }
    this.element.classList.toggle('two', this.#slots.length > 1)
    this.#scale()
    this.#say()
    this.#onActive(this.active.who)
  }

  #toggleSecond() {
    if (this.#slots.length > 1) {
      this.#slots.splice(1 - this.#active, 1)
      this.#active = 0
      return this.#draw()
    }
    const { who } = this.active
    this.#slots.push(undefined)
    this.#active = 1
    this.show({ ...who, device: who.device === 'iphone' ? 'android' : 'iphone' })
  }

  get #isDark() { return this.#dark.get() ?? matchMedia('(prefers-color-scheme: dark)').matches }

  #setDark(dark) {
    this.#dark.set(dark)
    for (const phone of this.#phones.values()) phone.theme(dark)
    this.#say()
  }

  #say() {
    if (!this.active) return
    this.background.say(t(this.active.isAway ? 'foreground' : 'background'), this.active.isAway)
    this.theme.say(t(this.#isDark ? 'light' : 'dark'))
    this.second.say(t(this.#slots.length > 1 ? 'second.close' : 'second'), this.#slots.length > 1)
  }

  // The phones fill the height, as far as their own size and what stands beside them leave room.
  #scale() {
    const height = this.element.clientHeight - caption
    if (height <= 0) return // another tab is shown
    const { clientWidth: width } = document.documentElement
    const count = wide.matches ? this.#slots.length : 1
    const room = tabbed.matches ? this.element.clientWidth : (width - beside - Math.min(420, width * 0.45)) / count - gap
    const scale = Math.max(smallest, Math.min(1, height / bezel.height, room / bezel.width))
    this.element.style.setProperty('--scale', scale.toFixed(4))
  }
}
