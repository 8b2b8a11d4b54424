// One mini-program on one phone: starts it, shows and hides it, ends it.
import { addGlobalErrorListener, addGlobalWarningListener, removeGlobalErrorListener, removeGlobalWarningListener } from 'glass-easel'
import { MiniProgramEnv } from 'glass-easel-miniprogram-adapter'
import { api } from './api.js'
import { backend, listen } from './backend.js'
import { tell } from './call.js'
import sheet from './base.css'
import { h } from './dom.js'
import { loader, resolve, timers } from './modules.js'
import { openType } from './opentype.js'
import { address, stack } from './stack.js'
import { events } from './system.js'

/** A phone's width in CSS pixels where nothing is laid out. */
const usualWidth = 375

/**
 * Starts a compiled project inside host.mount, an element or a shadow root. The host gives the network, the login, the store and the settings;
 * README.md tells each. Returns {stop, show, hide, setTheme, back}. After stop nothing of the project runs or is drawn.
 */
export function start(host) {
  const { project, mount, launch = {}, system = {} } = host
  const phone = { host, project, mount, system, alive: true, visible: true, document: mount.ownerDocument, app: undefined, toast: null }
  const dark = () => project.app.darkmode === true
  phone.theme = dark() && system.theme === 'dark' ? 'dark' : 'light'
  phone.timers = timers(phone)
  phone.events = events()
  phone.tell = (event) => phone.alive && host.on?.(event)
  phone.width = () => phone.root.clientWidth || usualWidth
  let telling = false
  phone.fault = (error) => {
    if (!phone.alive) return
    const message = error?.message || String(error)
    console.error(error)
    phone.tell({ kind: 'error', message, stack: error?.stack })
    // An onError that throws is not told of itself.
    if (telling) return
    telling = true
    tell(phone, [...phone.events.of('Error'), phone.app?.onError?.bind(phone.app)], `MiniProgramError\n${error?.stack || message}`)
    telling = false
  }
  phone.themed = (value, otherwise) => (typeof value === 'string' && value.startsWith('@') ? project.theme?.[phone.theme]?.[value.slice(1)] : value) || otherwise
  phone.picture = (src) => {
    if (/^(data:|https?:|blob:)/.test(src)) return src
    return project.images[resolve(phone.stack?.top()?.route || '', src)] || ''
  }
  /** The tab bar's items, which the project may change. */
  phone.tabs = (project.app.tabBar?.list || []).map((tab) => ({ ...tab }))
  phone.openType = (element, type) => openType(phone, element, type)

  draw(phone)
  const unlisten = listen(phone)
  const onError = (error) => {
    phone.fault(error)
    return false
  }
  const onWarning = () => false
  addGlobalErrorListener(onError)
  addGlobalWarningListener(onWarning)

  const env = new MiniProgramEnv()
  const space = env.createCodeSpace('', true)
  phone.wx = api(phone)
  phone.App = (definition) => {
    phone.app = Object.assign(Object.create({}), definition)
  }
  phone.stack = stack(phone, space, env.associateBackend(backend(phone)))
  register(phone, space)

  const { path, query, scene = 1001 } = launch
  const first = path ? path.replace(/^\//, '') : project.pages[0]
  const entered = address(first)
  const options = { path: entered.path, query: { ...entered.query, ...query }, scene, referrerInfo: {}, shareTicket: undefined, mode: 'default' }
  phone.launch = phone.enter = options

  const run = loader(phone, space)
  const guarded = (act) => {
    try {
      return act()
    } catch (e) {
      phone.fault(e)
    }
  }
  if (project.modules['app.js']) guarded(() => run('app.js'))
  phone.app ||= {}
  for (const file of [...Object.keys(project.scopes), ...project.pages]) guarded(() => run(`${file}.js`))
  appLife('onLaunch', options)
  appShow()
  const search = Object.entries(options.query).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')
  guarded(() => {
    if (project.pages.includes(options.path)) return phone.stack.reLaunch({ url: `/${options.path}?${search}` })
    tell(phone, [...phone.events.of('PageNotFound'), phone.app.onPageNotFound?.bind(phone.app)], { path: options.path, query: options.query, isEntryPage: true })
    phone.stack.reLaunch({ url: `/${project.pages[0]}` })
  })

  function appLife(name, ...args) {
    guarded(() => phone.app[name]?.(...args))
  }
  function appShow() {
    appLife('onShow', phone.enter)
    tell(phone, phone.events.of('AppShow'), phone.enter)
  }

  return {
    /** The app comes to the front again, as from the list of mini-programs. */
    show(again) {
      if (!phone.alive || phone.visible) return
      phone.visible = true
      phone.enter = { ...options, ...again }
      appShow()
      phone.stack.appShow()
    },
    /** The app goes to the back: onHide of the page, then of the app. */
    hide() {
      if (!phone.alive || !phone.visible) return
      phone.stack.appHide()
      phone.visible = false
      appLife('onHide')
      tell(phone, phone.events.of('AppHide'), {})
    },
    /** 'light' or 'dark'. Without "darkmode": true in app.json nothing changes, as in WeChat. */
    setTheme(theme) {
      if (!phone.alive || !dark() || theme === phone.theme) return
      phone.theme = theme
      theming(phone)
      phone.stack.redraw()
      appLife('onThemeChange', { theme })
      tell(phone, phone.events.of('ThemeChange'), { theme })
    },
    /** The phone's back gesture. Returns false on the first page, where WeChat would close the app. */
    back() {
      if (!phone.alive || phone.stack.depth() < 2) return false
      guarded(() => phone.stack.navigateBack())
      return true
    },
    stop() {
      if (!phone.alive) return
      phone.stack.end()
      phone.alive = false
      phone.timers.end()
      unlisten()
      removeGlobalErrorListener(onError)
      removeGlobalWarningListener(onWarning)
      phone.root.remove()
    },
  }
}

function draw(phone) {
  const style = phone.document.createElement('style')
  style.textContent = sheet + phone.project.style
  phone.frames = h(phone, 'div', 'wx-frames')
  phone.status = h(phone, 'div', 'wx-status', { role: 'status', 'aria-live': 'polite' })
  phone.below = phone.frames
  phone.root = h(phone, 'div', 'wx-phone', { lang: phone.system.language === 'en' ? 'en' : 'zh-CN' }, style, phone.frames, phone.status)
  phone.root.addEventListener('focusin', () => { phone.touched = true })
  phone.root.addEventListener('focusout', (e) => { phone.touched = e.target.matches(':disabled') || !e.target.isConnected })
  theming(phone)
  phone.mount.append(phone.root)
}

function theming(phone) {
  phone.root.classList.toggle('wx-dark', phone.theme === 'dark')
  phone.root.classList.toggle('wx-light', phone.theme === 'light')
}

/** Tells glass-easel every template and configuration before a module defines pages. */
function register(phone, space) {
  const { app, configs, scopes, templates } = phone.project
  for (const [path, config] of Object.entries(configs)) {
    const component = scopes[path] !== undefined
    space.addComponentStaticConfig(path, { ...config, component, usingComponents: { ...rooted(app.usingComponents), ...config.usingComponents } })
    space.addStyleSheet(path, undefined, scopes[path])
    space.addCompiledTemplate(path, { groupList: templates, content: templates[path], fallbackListenerOnNativeNode: true })
  }
  // Ids stand in the document, for style sheets and aria-labelledby. Those of components have a prefix.
  const prepare = space.prepareComponentOptions.bind(space)
  space.prepareComponentOptions = (is, given) => {
    const [options, isolation] = prepare(is, given)
    return [{ ...options, writeIdToDOM: true, idPrefixGenerator: scopes[is] === undefined ? null : options.idPrefixGenerator }, isolation]
  }
  // :host in a component's style sheet.
  const hosts = space.getComponentSpace().defineBehavior('', { lifetimes: { created() {
    const scope = scopes[this.is]
    if (scope) this.$$.setAttribute('wx-host', scope)
  } } })
  space.setOverallBehavior(hosts)
}

function rooted(using = {}) {
  return Object.fromEntries(Object.entries(using).map(([name, path]) => [name, path.startsWith('/') ? path : `/${path}`]))
}
