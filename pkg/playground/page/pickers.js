import { ask } from './ask.js'
import { faults, personName } from './codes.js'
import { devices } from './devices.js'
import { byId, el } from './dom.js'
import { choice } from './keep.js'
import { t } from './words.js'

const somebodyNew = '+'

/** Pickers choose who holds the phone, which phone it is, and which mini-program is open on it. */
export class Pickers {
  #people = choice('people', ['alice', 'bob'])
  #who
  #onPick

  constructor(apps, onPick) {
    this.#onPick = onPick
    this.person = this.#select('person', [])
    this.device = this.#select('device', devices.map(({ id }) => [id, t(`device.${id}`)]))
    this.app = this.#select('app', apps.map(({ appId, name }) => [appId, name || appId]))
    this.#listPeople()
  }

  /** knows says that a person is in the list. */
  knows(person) { return this.#people.get().includes(person) }

  /** show sets the pickers to what is on the stage. */
  show(who) {
    this.#who = who
    for (const name of ['person', 'device', 'app']) this[name].value = who[name]
  }

  #select(name, options) {
    const select = el('select', { id: `pick-${name}`, onchange: () => this.#picked(name) }, ...options.map(([value, text]) => el('option', { value }, text)))
    byId('pickers').append(el('label', { for: select.id }, el('span', {}, t(name)), select))
    return select
  }

  #listPeople() {
    const people = this.#people.get()
    this.person.replaceChildren(...people.map((p) => el('option', { value: p }, p)), el('option', { value: somebodyNew }, t('person.new')))
  }

  async #picked(name) {
    const { value } = this[name]
    if (value !== somebodyNew) return this.#onPick({ ...this.#who, [name]: value })
    this.person.value = this.#who.person
    const person = await this.#askPerson()
    if (!person) return
    const people = this.#people.get()
    if (!people.includes(person)) this.#people.set([...people, person])
    this.#listPeople()
    this.#onPick({ ...this.#who, person })
  }

  #askPerson() {
    const input = el('input', { id: 'person-name', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', maxlength: '24', 'aria-describedby': 'person-rule',
      oninput: () => input.removeAttribute('aria-invalid') })
    return ask({
      title: t('person.new').replace('…', ''), agree: t('person.add'),
      body: [el('label', { for: input.id }, t('person.name')), input, el('p', { id: 'person-rule', class: 'hint' }, t('person.rule'))],
      value() {
        const name = input.value.trim()
        if (personName.test(name)) return name
        input.setAttribute('aria-invalid', 'true')
        input.focus()
        return undefined
      },
    })
  }
}

/** Faults are the switches for what WeChat or the network does wrong. Of WeChat's answers one is possible at a time. */
export class Faults {
  #switches = new Map()

  constructor() {
    for (const name of faults) {
      const s = el('button', { type: 'button', class: 'switch', role: 'switch', 'aria-checked': 'false', title: t(`fault.${name}.about`),
        onclick: () => this.#turn(name, !this.on(name)) }, t(`fault.${name}`))
      this.#switches.set(name, s)
      byId('faults').append(s)
    }
  }

  /** on says whether a fault is switched on. */
  on(name) { return this.#switches.get(name).getAttribute('aria-checked') === 'true' }

  #turn(name, on) {
    this.#switches.get(name).setAttribute('aria-checked', String(on))
    if (!on || name === 'offline') return
    for (const other of faults) if (other !== name && other !== 'offline') this.#switches.get(other).setAttribute('aria-checked', 'false')
  }
}
