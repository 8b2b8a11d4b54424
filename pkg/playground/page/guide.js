import { byId, button, el, icon } from './dom.js'
import { choice } from './keep.js'
import { has, t } from './words.js'

const steps = ['login', 'log', 'disable', 'out']

/** Guide is the first two minutes in four steps. Each ticks itself when it has happened. */
export class Guide {
  #closed = choice('guideClosed', false)
  #done = new Set()
  #user

  /** user is the name of the demo user, '' if there is none. */
  constructor(user) {
    this.#user = user
    byId('guide-open').addEventListener('click', () => this.#close(false))
    this.#draw()
  }

  /** opened: somebody has unfolded a step of the log. */
  opened() { this.#tick('log') }

  /** observe looks at each step for what the guide waits for. */
  observe(step) {
    if (step.kind === 'answer' && step.detail?.body?.token) this.#tick('login')
    if (step.kind === 'act' && step.detail?.do === 'disable') this.#tick('disable')
    if (step.kind === 'answer' && step.detail?.body?.error === 'user_disabled') this.#tick('out')
  }

  #tick(name) {
    if (this.#done.has(name)) return
    this.#done.add(name)
    this.#draw()
  }

  #close(closed) {
    this.#closed.set(closed)
    this.#draw()
    if (closed) byId('guide-open').focus()
  }

  #how(name) {
    const anybody = `guide.${name}.any`
    return this.#user || !has(anybody) ? t(`guide.${name}.how`, { user: this.#user }) : t(anybody)
  }

  #draw() {
    const closed = this.#closed.get()
    const guide = byId('guide')
    guide.hidden = closed
    byId('guide-open').hidden = !closed
    guide.setAttribute('aria-label', t('guide.title'))
    const next = steps.find((name) => !this.#done.has(name))
    guide.replaceChildren(
      el('ol', {}, ...steps.map((name, i) => el('li', { class: this.#done.has(name) ? 'done' : undefined, 'aria-current': name === next ? 'step' : undefined },
        el('span', { class: 'number' }, this.#done.has(name) ? icon('check') : String(i + 1)),
        el('div', {}, el('strong', {}, t(`guide.${name}`), this.#done.has(name) && el('span', { class: 'hidden' }, ` (${t('guide.done')})`)),
          el('span', {}, this.#how(name)))))),
      button('', () => this.#close(true), { class: 'quiet bare', icon: 'close', 'aria-label': t('guide.close'), title: t('guide.close') }))
  }
}
