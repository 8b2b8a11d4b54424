// The built-in components as elements. Attributes that HTML has no word for are told to the element itself.
import { dispatch } from './backend.js'
import * as fields from './fields.js'
import * as controls from './controls.js'
import { pick } from './picker.js'

const own = { input: 'input', textarea: 'textarea', button: 'button', label: 'label' }
const drawn = new Set(['view', 'text', 'image', 'form', 'checkbox', 'checkbox-group', 'radio', 'radio-group', 'switch', 'scroll-view', 'picker',
  'navigator', 'icon', 'progress', 'swiper', 'swiper-item'])

const kinds = {
  input: fields.input, textarea: fields.input, button, form, image, navigator, label, picker: pick, progress,
  checkbox: controls.checkbox, radio: controls.radio, switch: controls.toggle,
  'checkbox-group': controls.checkboxGroup, 'radio-group': controls.radioGroup, 'scroll-view': scroll, text, icon,
}

/** Attributes that are on or off. What is undefined in the page's data is off, which glass-easel would write as an empty text. */
const switches = new Set(['disabled', 'loading', 'plain', 'checked', 'password', 'focus', 'auto-focus', 'hidden', 'scroll-x', 'scroll-y', 'user-select', 'selectable'])

/** rpx in a style attribute as a length. */
const rpx = (style) => style.replace(/(-?[\d.]+)rpx\b/g, 'calc(var(--rpx)*$1)')

/** Makes the element of a built-in component, or of the host of a project's own. */
export function create(phone, tag) {
  const name = own[tag] || (drawn.has(tag) ? `wx-${tag}` : tag)
  const element = phone.document.createElement(name)
  const set = element.setAttribute.bind(element)
  const remove = element.removeAttribute.bind(element)
  const told = {
    style: (value) => set('style', rpx(value || '')),
    'aria-role': (value) => (value ? set('role', value) : remove('role')),
    role: (value) => set('role', value),
    ...kinds[tag]?.(element, phone, set, remove),
  }
  const apply = (attribute, value) => {
    if (told[attribute]) told[attribute](value)
    else if (value === null) remove(attribute)
    else set(attribute, value)
  }
  element.setAttribute = (attribute, value) => {
    const of = given(element, attribute)
    if (switches.has(attribute) && !of) apply(attribute, null)
    else apply(attribute, attribute.startsWith('aria-') && of === true ? 'true' : value)
  }
  // aria-checked="{{false}}" says something, other attributes that are false are not there.
  element.removeAttribute = (attribute) => apply(attribute, attribute.startsWith('aria-') && given(element, attribute) === false ? 'false' : null)
  return element
}

/** The value that the template gave, of any type. */
export function given(element, name) {
  return element.__wxElement?.getAttribute(name)
}

function button(element, phone, set, remove) {
  // Its type is a look in WXML. As HTML's it must not submit anything.
  element.type = 'button'
  set('hover-class', 'button-hover')
  element.wxClick = () => {
    const act = given(element, 'form-type')
    const around = act && element.closest('wx-form')
    if (around && act === 'reset') around.wxReset()
    else if (around) around.wxSubmit(element)
    for (const type of String(given(element, 'open-type') || '').split('|')) phone.openType(element, type)
  }
  return {
    type: (value) => (value ? set('type', value) : set('type', 'default')),
    loading: (value) => {
      if (value === null) remove('loading'), remove('aria-busy')
      else set('loading', ''), set('aria-busy', 'true')
    },
  }
}

function form(element) {
  const named = () => [...element.querySelectorAll('*')].filter((e) => e.wxValue && given(e, 'name'))
  element.wxSubmit = (submitter) => {
    const value = {}
    for (const field of named()) value[given(field, 'name')] = field.wxValue()
    dispatch(element, 'submit', { value, target: submitter?.__wxElement })
  }
  element.wxReset = () => {
    for (const field of element.querySelectorAll('*')) field.wxReset?.()
    dispatch(element, 'reset', {})
  }
}

function image(element, phone, set) {
  const img = phone.document.createElement('img')
  img.alt = ''
  element.append(img)
  img.addEventListener('load', () => dispatch(element, 'load', { width: img.naturalWidth, height: img.naturalHeight }))
  img.addEventListener('error', () => dispatch(element, 'error', { errMsg: 'GET fail' }))
  return {
    src: (value) => {
      const src = value && phone.picture(value)
      if (src) img.src = src
      else img.removeAttribute('src')
    },
    'aria-label': (value) => {
      img.alt = value || ''
    },
    mode: (value) => set('mode', value || ''),
  }
}

function navigator(element, phone, set) {
  element.tabIndex = 0
  set('role', 'link')
  set('hover-class', 'navigator-hover')
  element.wxClick = () => {
    const type = given(element, 'open-type') || 'navigate'
    const call = { navigate: 'navigateTo', redirect: 'redirectTo', switchTab: 'switchTab', reLaunch: 'reLaunch', navigateBack: 'navigateBack' }[type]
    if (call) phone.wx[call]({ url: given(element, 'url'), delta: Number(given(element, 'delta') || 1), fail: (e) => dispatch(element, 'fail', e), success: (e) => dispatch(element, 'success', e) })
  }
}

function label(element) {
  element.wxClick = (event) => {
    const name = given(element, 'for')
    const inside = !name && element.querySelector('wx-checkbox,wx-radio,wx-switch,input,textarea,button')
    const of = name ? [...(element.closest('wx-page')?.querySelectorAll('*') || [])].find((e) => e.__wxElement?.id === name) : inside
    if (!of || of.contains(event.target)) return
    // HTML's label reaches what stands inside it by itself.
    const control = of.wxControl || of
    if (element.control === control) return
    if (control.matches('input[type=checkbox],input[type=radio],button')) control.click()
    else control.focus()
  }
  return { for: () => {} }
}

function scroll(element) {
  let below = false
  element.addEventListener('scroll', () => {
    const { scrollTop, scrollLeft, scrollHeight, scrollWidth, clientHeight } = element
    dispatch(element, 'scroll', { scrollTop, scrollLeft, scrollHeight, scrollWidth })
    const near = scrollHeight - scrollTop - clientHeight <= Number(given(element, 'lower-threshold') || 50)
    if (near && !below) dispatch(element, 'scrolltolower', { direction: 'bottom' })
    below = near
  })
  return {
    'scroll-top': (value) => {
      element.scrollTop = Number(value) || 0
    },
  }
}

function text(element, phone, set, remove) {
  const may = (value) => (value === null ? remove('user-select') : set('user-select', ''))
  return { selectable: may, 'user-select': may }
}

function icon(element, phone, set) {
  return {
    size: (value) => {
      element.style.fontSize = `${parseFloat(value) || 23}px`
    },
    color: (value) => {
      element.style.color = value || ''
    },
    type: (value) => set('type', value || ''),
  }
}

function progress(element, phone, set) {
  set('role', 'progressbar')
  const bar = phone.document.createElement('div')
  element.append(bar)
  return {
    percent: (value) => {
      bar.style.width = `${Math.min(100, Math.max(0, Number(value) || 0))}%`
      set('aria-valuenow', value)
    },
  }
}
