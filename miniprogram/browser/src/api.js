// wx: the functions that the phone has. What is missing is undefined, as in an old WeChat, and canIUse says so.
import { call, Fail, tell } from './call.js'
import { hideToast, modal, sheet, toast } from './overlay.js'
import { request } from './request.js'
import { storage } from './storage.js'
import { facts } from './system.js'

/** Options that the documentation caps. */
const mostItems = 6
const mostOfButton = 4

export function api(phone) {
  const store = storage(phone)
  const stack = () => phone.stack
  const later = {
    ...store.later,
    ...facts(phone).later,
    async login() {
      const started = Date.now()
      try {
        const { code } = await phone.host.login()
        phone.tell({ kind: 'login', ok: true, ms: Date.now() - started })
        return { code }
      } catch (e) {
        phone.tell({ kind: 'login', ok: false, ms: Date.now() - started })
        throw e
      }
    },
    checkSession: () => ({}),
    showToast(options) {
      need(options, 'title')
      toast(phone, options)
    },
    hideToast: () => hideToast(phone, false),
    showLoading(options) {
      need(options, 'title')
      toast(phone, { ...options, loading: true, duration: 0 })
    },
    hideLoading: () => hideToast(phone, true),
    showModal(options) {
      for (const name of ['confirmText', 'cancelText']) {
        if ([...(options[name] || '')].length > mostOfButton) throw new Fail(`${name} length should not larger than ${mostOfButton} Chinese characters`)
      }
      return modal(phone, options)
    },
    async showActionSheet({ itemList, itemColor, alertText }) {
      if (!Array.isArray(itemList) || itemList.length === 0) throw new Fail('parameter error: itemList should have at least one item;')
      if (itemList.length > mostItems) throw new Fail(`parameter error: itemList should not be large than ${mostItems};`)
      const tapIndex = await sheet(phone, itemList, { color: itemColor, title: alertText })
      if (tapIndex < 0) throw new Fail('cancel')
      return { tapIndex }
    },
    navigateTo: (options) => stack().navigateTo(options),
    redirectTo: (options) => stack().redirectTo(options),
    reLaunch: (options) => stack().reLaunch(options),
    switchTab: (options) => stack().switchTab(options),
    navigateBack: (options) => stack().navigateBack(options),
    setNavigationBarTitle({ title }) {
      stack().top()?.bars.setTitle(title)
    },
    setNavigationBarColor({ frontColor, backgroundColor }) {
      stack().top()?.bars.setColor(frontColor, backgroundColor)
    },
    setTabBarItem({ index, ...changed }) {
      const item = phone.tabs[index]
      if (!item) throw new Fail('parameter error: parameter.index is out of range')
      for (const name of ['text', 'iconPath', 'selectedIconPath']) if (changed[name] !== undefined) item[name] = changed[name]
      stack().redraw()
    },
    showNavigationBarLoading() {},
    hideNavigationBarLoading() {},
    startPullDownRefresh: () => stack().top().pull.start(),
    stopPullDownRefresh: () => stack().top().pull.stop(),
    pageScrollTo({ scrollTop = 0 }) {
      stack().top().scroll.scrollTop = scrollTop
    },
    async setClipboardData({ data }) {
      if (typeof data !== 'string') throw new Fail('parameter error: parameter.data should be String')
      await navigator.clipboard?.writeText(data).catch(() => {})
      phone.clipboard = data
      toast(phone, { title: phone.system.language === 'en' ? 'Copied' : '内容已复制' })
    },
    getClipboardData: () => ({ data: phone.clipboard || '' }),
    getPrivacySetting: () => ({ needAuthorization: false, privacyContractName: '' }),
    requirePrivacyAuthorize: () => ({}),
    openPrivacyContract() {},
    vibrateShort() {},
    getNetworkType: () => ({ networkType: navigator.onLine === false ? 'none' : 'wifi' }),
  }
  const wx = { ...store.sync, ...facts(phone).now, ...phone.events.functions }
  for (const [name, act] of Object.entries(later)) wx[name] = (options) => call(phone, name, act, options)
  Object.assign(wx, {
    request: (options) => request(phone, options),
    nextTick: (f) => queueMicrotask(() => tell(phone, [f])),
    canIUse: (schema) => known(wx, schema),
    createSelectorQuery: () => stack().top().page.createSelectorQuery(),
    getUpdateManager: () => ({ onCheckForUpdate: (f) => phone.timers.setTimeout(() => f({ hasUpdate: false }), 0), onUpdateReady() {}, onUpdateFailed() {}, applyUpdate() {} }),
    getMenuButtonBoundingClientRect: () => {
      const top = (phone.system.statusBarHeight || 0) + 6
      const right = phone.width() - 7
      return { width: 87, height: 32, top, bottom: top + 32, left: right - 87, right }
    },
    env: { USER_DATA_PATH: 'wxfile://usr' },
  })
  return wx
}

function need(options, name) {
  if (typeof options[name] !== 'string') throw new Fail(`parameter error: parameter.${name} should be String instead of ${options[name] === undefined ? 'Undefined' : typeof options[name]};`)
}

const components = ['view', 'text', 'image', 'input', 'textarea', 'form', 'button', 'checkbox', 'checkbox-group', 'label', 'switch', 'radio', 'radio-group',
  'scroll-view', 'picker', 'navigator', 'block', 'icon', 'progress', 'swiper']

/** Answers for `login`, `getStorage.success` and `button.open-type.getPhoneNumber`: by the first word. */
function known(wx, schema) {
  const first = String(schema).split('.')[0]
  return typeof wx[first] === 'function' || components.includes(first)
}
