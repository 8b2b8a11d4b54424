import { byId, button, clock, el, icon } from './dom.js'
import { json } from './json.js'
import { Steps, shows } from './steps.js'
import { t } from './words.js'

const kinds = ['phone', 'request', 'wechat', 'store', 'answer', 'act']
const limit = 500

/** Log is the live log: a row a step, in flows, newest at the end. It follows the end unless somebody has scrolled up. */
export class Log {
  #steps = new Steps(limit)
  #views = new Map() // flow id -> {li, list}
  #rows = new WeakMap() // step -> li
  #queue = []
  #held = [] // what came while the log was paused
  #paused = false
  #following = true // the end
  #tabStop // of all rows one is reached by Tab, and the arrow keys go on from it
  #unread = 0
  #news = ''
  #filter = 'all'
  #onOpen

  constructor({ onOpen }) {
    this.#onOpen = onOpen
    this.scroll = byId('log-scroll')
    byId('filter').append(...['all', 'failed', ...kinds].map((k) => el('option', { value: k }, t(kinds.includes(k) ? `kind.${k}` : `filter.${k}`))))
    byId('filter').addEventListener('change', (e) => this.#refilter(e.target.value))
    byId('flows').addEventListener('keydown', (e) => this.#move(e))
    byId('flows').addEventListener('focusin', (e) => e.target.matches('.step') && this.#stop(e.target))
    byId('pause').addEventListener('click', () => this.#pause(!this.#paused))
    byId('clear').addEventListener('click', () => this.#clear())
    byId('newest').addEventListener('click', () => this.#toEnd())
    this.scroll.addEventListener('scroll', () => this.#look(), { passive: true })
    new ResizeObserver(() => this.#following && this.#toEnd()).observe(this.scroll)
    this.#pause(false)
  }

  /** add shows a step at the next frame: many steps at once cost one layout. */
  add(step, { backlog = false } = {}) {
    if (this.#paused) {
      if (this.#held.push(step) > limit) this.#held.shift()
      return
    }
    if (this.#queue.push(step) === 1) setTimeout(() => this.#flush(), 16)
    if (!backlog && (step.kind === 'answer' || step.kind === 'act')) this.#announce(step)
  }

  /** join moves what a flow has shown into another. */
  join(from, into) {
    if (from === into) return
    this.#flush()
    const old = this.#views.get(from)
    this.#steps.join(from, into)
    old?.li.remove()
    this.#views.delete(from)
    const flow = this.#steps.flows.find((f) => f.id === into)
    if (!flow) return
    this.#views.get(into)?.list.replaceChildren()
    for (const [i, step] of flow.steps.entries()) this.#show(flow, i, step)
  }

  #flush() {
    const queue = this.#queue.splice(0)
    if (queue.length === 0) return
    let shown = 0
    for (const step of queue) {
      const added = this.#steps.add(step)
      if (!added) continue
      for (const flow of added.gone) {
        this.#views.get(flow.id)?.li.remove()
        this.#views.delete(flow.id)
      }
      this.#show(added.flow, added.index, step)
      shown++
    }
    byId('log-empty').hidden = this.#views.size > 0
    if (!byId('flows').contains(document.activeElement)) this.#stop(this.#shown().at(-1))
    if (this.#following) this.#toEnd()
    else if (shown > 0) this.#unreadIs(this.#unread + shown)
  }

  #show(flow, index, step) {
    let view = this.#views.get(flow.id)
    if (!view) {
      const list = el('ol', { class: 'steps' })
      view = { list, li: el('li', { class: 'flow' }, list) }
      this.#views.set(flow.id, view)
      const { flows } = this.#steps
      byId('flows').insertBefore(view.li, this.#views.get(flows[flows.indexOf(flow) + 1]?.id)?.li ?? null)
    }
    const row = this.#row(step, flow)
    view.list.insertBefore(row, view.list.children[index] ?? null)
    this.#filterFlow(flow)
  }

  #row(step, flow) {
    const head = el('button', { type: 'button', class: 'step', tabindex: '-1', 'aria-expanded': 'false' },
      el('time', {}, clock(step.at)),
      el('span', { class: `kind ${kinds.includes(step.kind) ? step.kind : 'answer'}` }, t(`kind.${step.kind}`)),
      el('span', { class: 'what', title: step.title }, step.title),
      el('span', { class: 'ms' }, step.ms >= 0.05 ? `${step.ms < 10 ? step.ms.toFixed(1) : Math.round(step.ms)} ms` : ''),
      el('span', { class: 'dot' }, el('span', { class: 'hidden' }, step.ok === false ? t('failed') : t('ok'))),
      icon('chevron'))
    const row = el('li', { class: step.ok === false ? 'failed' : undefined }, head)
    head.addEventListener('click', () => this.#toggle(row, head, step, flow))
    this.#rows.set(step, row)
    return row
  }

  // A detail is made when it is opened and thrown away when it is closed: 500 closed rows stay light.
  #toggle(row, head, step, flow) {
    const open = head.getAttribute('aria-expanded') !== 'true'
    head.setAttribute('aria-expanded', String(open))
    this.#following = false
    if (!open) {
      row.lastChild.remove()
      return this.#look()
    }
    this.#onOpen()
    row.append(detail(step, flow))
    row.scrollIntoView({ block: row.offsetHeight > this.scroll.clientHeight ? 'start' : 'nearest' })
  }

  #refilter(filter) {
    this.#filter = filter
    byId('flows').classList.toggle('filtered', filter !== 'all')
    for (const flow of this.#steps.flows) this.#filterFlow(flow)
    this.#stop(this.#shown().at(-1))
    this.#toEnd()
  }

  #filterFlow(flow) {
    let any = false
    for (const step of flow.steps) {
      const shown = shows(this.#filter, step)
      const row = this.#rows.get(step)
      if (row) row.hidden = !shown
      any ||= shown
    }
    const view = this.#views.get(flow.id)
    if (view) view.li.hidden = !any
  }

  #pause(paused) {
    this.#paused = paused
    byId('pause').replaceChildren(icon(paused ? 'play' : 'pause'), el('span', {}, t(paused ? 'resume' : 'pause')))
    byId('live').classList.toggle('paused', paused)
    byId('live').lastChild.textContent = t(paused ? 'paused' : 'live')
    if (!paused) for (const step of this.#held.splice(0)) this.add(step, { backlog: true })
  }

  #clear() {
    this.#steps.clear()
    this.#views.clear()
    byId('flows').replaceChildren()
    byId('log-empty').hidden = false
    this.#toEnd()
  }

  #shown() { return [...byId('flows').querySelectorAll('li:not([hidden]) > ol > li:not([hidden]) > .step')] }

  #stop(row) {
    if (this.#tabStop) this.#tabStop.tabIndex = -1
    this.#tabStop = row
    if (row) row.tabIndex = 0
  }

  #move(e) {
    if (!e.target.matches('.step')) return
    const rows = this.#shown()
    const to = { ArrowDown: rows[rows.indexOf(e.target) + 1], ArrowUp: rows[rows.indexOf(e.target) - 1], Home: rows[0], End: rows.at(-1) }[e.key]
    if (!to) return
    e.preventDefault()
    to.focus()
  }

  // Whoever scrolls to the end follows it again.
  #look() {
    this.#following = this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < 32
    if (this.#following) this.#unreadIs(0)
  }

  #toEnd() {
    this.scroll.scrollTop = this.scroll.scrollHeight
    this.#following = true
    this.#unreadIs(0)
  }

  #unreadIs(n) {
    this.#unread = n
    byId('newest').hidden = n === 0
    if (n > 0) byId('newest').replaceChildren(icon('down'), t('newest', { n }))
  }

  // A screen reader hears the last outcome, at most one every two seconds.
  #announce(step) {
    const waiting = this.#news !== ''
    this.#news = t('log.answered', { title: step.title, outcome: step.ok === false ? t('failed') : t('ok') })
    if (waiting) return
    setTimeout(() => {
      byId('log-news').textContent = this.#news
      this.#news = ''
    }, 2000)
  }
}

// detail shows what a step holds. A request also shows the answer of its flow.
function detail(step, flow) {
  const box = el('div', { class: 'detail' })
  const answer = step.kind === 'request' && flow.steps.slice(flow.steps.indexOf(step)).find((s) => s.kind === 'answer')
  box.append(block(t(`kind.${step.kind}`), step.detail))
  if (answer) box.append(block(t('kind.answer'), answer.detail))
  if (step.curl) box.append(el('div', { class: 'block curl' }, title('curl', () => step.curl, t('log.copy')), el('pre', { tabindex: '0' }, step.curl)))
  return box
}

function block(name, value) {
  const text = JSON.stringify(value ?? {}, null, 2)
  return el('div', { class: 'block' }, title(name, () => text, t('log.json')), el('pre', { tabindex: '0' }, ...json(text)))
}

function title(name, text, label) {
  const copy = button(label, async () => {
    try {
      await navigator.clipboard.writeText(text())
    } catch { // a browser may forbid it: then the text is selected
      return getSelection().selectAllChildren(copy.parentElement.nextElementSibling)
    }
    copy.lastChild.textContent = t('log.copied')
    setTimeout(() => { copy.lastChild.textContent = label }, 1500)
  }, { class: 'quiet small', icon: 'copy' })
  return el('div', { class: 'block-title' }, el('span', {}, name), copy)
}
