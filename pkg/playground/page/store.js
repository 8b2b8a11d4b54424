import { act } from './acts.js'
import { byId, button, el } from './dom.js'
import { tables } from './tables.js'
import { tabs } from './tabs.js'
import { t } from './words.js'

const names = Object.keys(tables)
const calm = 150 // ms: changes that come together are read together
const again = 3000 // ms after a failed reading

/** StoreView shows what the store holds now. Rows keep their place in the page, so that focus stays; what changed flashes. */
export class StoreView {
  #apps
  #timer
  #reading
  #views = {}
  #first = true
  #users = new Map()

  /** apps are the mini-programs of /playground/about. */
  constructor(apps) {
    this.#apps = new Map(apps.map((a) => [a.appId, a.name || a.appId]))
    for (const name of names) {
      const { columns, minor } = tables[name]
      const body = el('tbody')
      const empty = el('p', { class: 'empty' }, t(`none.${name}`))
      const more = el('p', { class: 'more', hidden: true })
      const table = el('table', { 'aria-label': t(`table.${name}`) }, el('thead', {}, el('tr', {},
        ...columns.map((c) => el('th', { scope: 'col', 'data-minor': minor.includes(c) }, t(`col.${c}`))), el('th', { scope: 'col' }, el('span', { class: 'hidden' }, t('col.acts'))))), body)
      const panel = el('div', { id: `table-${name}`, tabindex: '0' }, table, empty, more)
      const count = el('span', { class: 'count' })
      const tab = el('button', { type: 'button', id: `tab-${name}`, 'aria-controls': panel.id }, t(`table.${name}`), count)
      byId('tables').append(tab)
      byId('store-scroll').append(panel)
      this.#views[name] = { body, table, empty, more, count, rows: new Map() }
    }
    tabs(byId('tables'))
  }

  /** changed reads the store soon: once for changes that come together, and never twice at a time. */
  changed() {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(async () => {
      if (this.#reading) return this.changed()
      this.#reading = true
      try {
        const answer = await fetch('/playground/store')
        if (!answer.ok) throw new Error(String(answer.status))
        this.#show(await answer.json())
      } catch {
        byId('store-note').textContent = t('data.failed')
        setTimeout(() => this.changed(), again)
      } finally { this.#reading = false }
    }, calm)
  }

  #names = {
    user: (id) => this.#users.get(id) || `${id.slice(0, 8)}…`,
    app: (id) => this.#apps.get(id) ?? id,
  }

  #show(store) {
    if (byId('store-note').textContent === t('data.failed')) byId('store-note').textContent = ''
    // Who has registered may have no username: then it is the person who helps.
    const people = new Map((store.bindings ?? []).map((b) => [b.userId, b.person]))
    this.#users = new Map((store.users ?? []).map((u) => [u.id, u.username || (people.get(u.id) ? `${people.get(u.id)} (${u.id.slice(0, 4)}…)` : '')]))
    for (const name of names) this.#fill(name, store[name] ?? [], store.more?.[name] ?? 0)
    this.#first = false
  }

  #fill(name, items, more) {
    const view = this.#views[name]
    const { key, columns, minor } = tables[name]
    const gone = new Map(view.rows)
    let before = view.body.firstElementChild
    for (const item of items) {
      const id = key(item)
      let row = gone.get(id)
      gone.delete(id)
      if (!row) {
        row = el('tr', {}, ...columns.map((c) => el('td', { 'data-col': t(`col.${c}`), 'data-minor': minor.includes(c) })), el('td', { class: 'acts' }))
        view.rows.set(id, row)
      }
      const changed = this.#write(name, row, item)
      if (row === before) before = row.nextElementSibling
      else view.body.insertBefore(row, before)
      if (changed && !this.#first) flash(row)
    }
    for (const [id, row] of gone) {
      if (row === before) before = row.nextElementSibling
      row.remove()
      view.rows.delete(id)
    }
    view.table.hidden = items.length === 0
    view.empty.hidden = items.length > 0
    view.more.hidden = more === 0
    view.more.textContent = t('more', { n: more })
    view.count.textContent = items.length + more
  }

  #write(name, row, item) {
    const { cells, acts, who } = tables[name]
    let changed = false
    for (const [i, cell] of cells(item, this.#names).entries()) {
      const td = row.children[i]
      if (td.textContent === cell.text && td.className === (cell.class ?? '')) continue
      changed = true
      td.textContent = cell.text
      td.className = cell.class ?? ''
      if (cell.title) td.title = [...new Set([cell.text, cell.title])].join('\n') // the text may be cut off
    }
    const wanted = JSON.stringify(acts(item))
    if (row.dataset.acts === wanted) return changed
    row.dataset.acts = wanted
    const had = row.lastChild.contains(document.activeElement)
    const called = who(item, this.#names)
    row.lastChild.replaceChildren(...acts(item).map((what) => button(t(`act.${what.do}`), () => this.#act(what, called), {
      class: what.do === 'deleteUser' ? 'small harm' : 'small', 'aria-label': t('act.of', { act: t(`act.${what.do}`), who: called }),
    })))
    if (had) row.lastChild.firstChild?.focus()
    return changed
  }

  async #act(what, who) {
    if (await act(what, who, (said) => { byId('store-note').textContent = said })) this.changed()
  }
}

function flash(row) {
  row.classList.remove('flash')
  void row.offsetWidth // so that the animation starts again
  row.classList.add('flash')
}
