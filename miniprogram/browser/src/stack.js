// The stack of pages: WeChat's rules of navigation and each page's life.
import { Fail } from './call.js'
import { bars } from './bars.js'
import { h, holdsFocus } from './dom.js'
import { resolve } from './modules.js'
import { pull } from './pull.js'

/** WeChat keeps at most ten pages. */
const deepest = 10

/** Splits `a/b?c=d`. Values are decoded as WeChat does, once. */
export function address(url) {
  const [path, search = ''] = url.split('?')
  const query = {}
  for (const pair of search.split('&').filter(Boolean)) {
    const [name, ...value] = pair.split('=')
    query[decode(name)] = decode(value.join('='))
  }
  return { path, query }
}

function decode(text) {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

export function stack(phone, space, associated) {
  const { pages: known, configs } = phone.project
  const tabs = (phone.project.app.tabBar?.list || []).map((tab) => tab.pagePath)
  /** Pages of the tab bar live on beside the stack. */
  const kept = new Map()
  let open = []
  const top = () => open[open.length - 1]

  function find(url, call) {
    if (typeof url !== 'string' || !url) throw new Fail('parameter error: parameter.url should be String instead of Undefined;')
    const { path, query } = address(url)
    const from = top()?.route || ''
    const route = resolve(from, path)
    if (!known.includes(route)) throw new Fail(`page "${route}" is not found`)
    if (call === 'switchTab' && !tabs.includes(route)) throw new Fail('can not switch to no-tabBar page')
    if ((call === 'navigateTo' || call === 'redirectTo') && tabs.includes(route)) throw new Fail(`can not ${call} a tabbar page`)
    return { route, query: call === 'switchTab' ? {} : query }
  }

  /** Puts a page on the stack. It is there for getCurrentPages before its onLoad runs. */
  function make(route, query, call) {
    const entry = { route, query, shown: false, config: { ...phone.project.app.window, ...configs[route] } }
    entry.root = associated.createRoot('wx-page', space, route)
    const element = entry.root.getComponent().getBackendElement()
    element.classList.add(`p${known.indexOf(route)}`)
    const place = phone.document.createElement('div')
    entry.scroll = h(phone, 'div', 'wx-scroll', {}, place)
    entry.frame = h(phone, 'section', 'wx-frame', { tabindex: '-1' })
    entry.bars = bars(phone, entry, { back: () => back(1), home: () => home() })
    entry.frame.append(entry.bars.nav, h(phone, 'div', 'wx-window', {}, entry.scroll))
    if (tabs.includes(route)) entry.frame.append(entry.bars.tabs((path) => phone.wx.switchTab({ url: `/${path}`, fail() {} })))
    entry.page = entry.root.get()
    Object.assign(entry.page, { route, options: query })
    entry.scroll.addEventListener('scroll', () => {
      life(entry, 'onPageScroll', { scrollTop: entry.scroll.scrollTop })
      const below = entry.scroll.scrollHeight - entry.scroll.scrollTop - entry.scroll.clientHeight < 50
      if (below && !entry.below) life(entry, 'onReachBottom')
      entry.below = below
    })
    entry.pull = pull(phone, entry, () => life(entry, 'onPullDownRefresh'))
    phone.frames.append(entry.frame)
    if (call === 'navigateTo') entry.frame.classList.add('wx-in')
    entry.bars.draw(open.length > 0, tabs.includes(route), open.length === 0 && route !== known[0])
    open.push(entry)
    life(entry, 'onLoad', query)
    entry.root.attach(entry.scroll, place)
  }

  function life(entry, name, ...args) {
    try {
      return entry.page[name]?.(...args)
    } catch (e) {
      phone.fault(e)
    }
  }

  function show(entry) {
    for (const other of [...open, ...kept.values()]) other.frame.hidden = other !== entry
    if (!entry.shown && phone.visible) {
      entry.shown = true
      life(entry, 'onShow')
      entry.root.getComponent().triggerPageLifetime('show', [])
    }
    if (!entry.ready) {
      entry.ready = true
      phone.timers.setTimeout(() => life(entry, 'onReady'), 0)
    }
  }

  function hide(entry) {
    if (!entry?.shown) return
    entry.shown = false
    life(entry, 'onHide')
    entry.root.getComponent().triggerPageLifetime('hide', [])
  }

  function close(entry) {
    entry.shown = false
    life(entry, 'onUnload')
    kept.delete(entry.route)
    entry.root.release()
    entry.frame.remove()
  }

  /** The only place that changes what is open: closes, opens, tells. */
  function go(call, route, query, change) {
    const hadFocus = holdsFocus(phone)
    change()
    show(top())
    if (hadFocus) top().frame.focus({ preventScroll: true })
    phone.tell({ kind: 'page', do: call, path: route, query, depth: open.length })
    return {}
  }

  function back(delta) {
    if (open.length < 2) throw new Fail('cannot navigate back at first page')
    const n = Math.min(Math.max(1, Number(delta) || 1), open.length - 1)
    const entry = open[open.length - 1 - n]
    return go('navigateBack', entry.route, entry.query, () => open.splice(open.length - n).reverse().forEach(close))
  }

  function home() {
    return calls.reLaunch({ url: `/${known[0]}` })
  }

  const calls = {
    navigateTo({ url }) {
      const { route, query } = find(url, 'navigateTo')
      if (open.length >= deepest) throw new Fail(`webview count limit exceed`)
      return go('navigateTo', route, query, () => {
        hide(top())
        make(route, query, 'navigateTo')
      })
    },
    redirectTo({ url }) {
      const { route, query } = find(url, 'redirectTo')
      return go('redirectTo', route, query, () => {
        const old = open.pop()
        if (old) close(old)
        make(route, query)
      })
    },
    reLaunch({ url }) {
      const { route, query } = find(url, 'reLaunch')
      return go(open.length ? 'reLaunch' : 'launch', route, query, () => {
        for (const entry of new Set([...open.reverse(), ...kept.values()])) close(entry)
        open = []
        make(route, query)
        if (tabs.includes(route)) kept.set(route, top())
      })
    },
    switchTab({ url }) {
      const { route } = find(url, 'switchTab')
      return go('switchTab', route, {}, () => {
        if (top()?.route === route && open.length === 1) return
        hide(top())
        for (const entry of open.reverse()) if (!tabs.includes(entry.route)) close(entry)
        const entry = kept.get(route)
        open = []
        if (entry) open.push(entry)
        else make(route, {})
        kept.set(route, top())
      })
    },
    navigateBack({ delta = 1 } = {}) {
      return back(delta)
    },
  }

  return {
    ...calls,
    top,
    pages: () => open.map((entry) => entry.page),
    depth: () => open.length,
    isTab: (route) => tabs.includes(route),
    appShow: () => top() && show(top()),
    appHide: () => hide(top()),
    redraw: () => new Set([...open, ...kept.values()]).forEach((entry) => entry.bars.colour()),
    end() {
      for (const entry of new Set([...open.reverse(), ...kept.values()])) close(entry)
      open = []
    },
  }
}
