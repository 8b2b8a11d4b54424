// What lies over a page: toast, loading, modal, and sheets from below.
import { focused, h } from './dom.js'

/** Words of WeChat's own interface. */
const words = { cancel: ['取消', 'Cancel'], ok: ['确定', 'OK'] }

export function word(phone, name) {
  return words[name][phone.system.language === 'en' ? 1 : 0]
}

/** Shows a text for a while, in milliseconds; 0 until it is hidden. With mask nothing below can be tapped. */
export function toast(phone, { title = '', icon = 'success', image, mask = false, duration = 1500, loading = false }) {
  hideToast(phone)
  const kind = loading ? 'loading' : icon
  const picture = image ? phone.picture(image) : ''
  const mark = picture ? h(phone, 'img', 'wx-mark', { src: picture, alt: '' }) : kind === 'none' ? null : h(phone, 'i', `wx-mark wx-mark-${kind}`, { 'aria-hidden': 'true' })
  const shown = h(phone, 'div', `wx-toast${mask ? ' wx-masked' : ''}${mark ? '' : ' wx-plain'}`, {}, h(phone, 'div', 'wx-toast-box', {}, mark, h(phone, 'p', '', {}, String(title))))
  phone.status.replaceChildren(shown)
  phone.toast = { loading, timer: duration > 0 ? phone.timers.setTimeout(() => hideToast(phone), duration) : 0 }
}

/** Hides the toast or the loading mark; with loading given, only if it is of that kind. */
export function hideToast(phone, loading) {
  if (!phone.toast || (loading !== undefined && phone.toast.loading !== loading)) return
  phone.timers.clearTimeout(phone.toast.timer)
  phone.toast = null
  phone.status.replaceChildren()
}

/** Keeps the focus inside until it closes, then gives it back. */
function dialog(phone, box, className, onEscape) {
  const before = focused(phone)
  const layer = h(phone, 'div', `wx-layer ${className}`, {
    keydown(event) {
      event.stopPropagation()
      if (event.key === 'Escape') onEscape()
      if (event.key !== 'Tab') return
      const stops = [...box.querySelectorAll('button,input')]
      const at = stops.indexOf(focused(phone))
      const next = stops[(at + (event.shiftKey ? -1 : 1) + stops.length) % stops.length]
      event.preventDefault()
      next?.focus()
    },
  }, box)
  const below = phone.below
  phone.root.append(layer)
  below.inert = true
  return () => {
    layer.remove()
    if (!phone.root.querySelector(':scope > .wx-layer')) below.inert = false
    if (before?.isConnected) before.focus({ preventScroll: true })
  }
}

/** A question with one or two answers. Resolves to WeChat's {confirm, cancel, content?}. */
export function modal(phone, options) {
  const { title = '', content = '', showCancel = true, cancelText, confirmText, cancelColor, confirmColor, editable = false, placeholderText = '' } = options
  return new Promise((resolve) => {
    const field = editable ? h(phone, 'input', 'wx-modal-input', { placeholder: placeholderText, 'aria-label': title || placeholderText }) : null
    if (field) field.value = content
    const end = (confirm) => {
      close()
      resolve({ confirm, cancel: !confirm, ...(editable && { content: confirm ? field.value : null }) })
    }
    const no = h(phone, 'button', 'wx-modal-no', { type: 'button', style: cancelColor && `color:${cancelColor}`, click: () => end(false) }, cancelText || word(phone, 'cancel'))
    const yes = h(phone, 'button', 'wx-modal-yes', { type: 'button', style: confirmColor && `color:${confirmColor}`, click: () => end(true) }, confirmText || word(phone, 'ok'))
    const box = h(phone, 'div', 'wx-modal', { role: 'dialog', 'aria-modal': 'true', 'aria-label': title || content || placeholderText },
      title ? h(phone, 'strong', 'wx-modal-title', {}, title) : null,
      field || h(phone, 'p', 'wx-modal-text', {}, content),
      h(phone, 'div', 'wx-modal-buttons', {}, showCancel ? no : null, yes))
    const close = dialog(phone, box, 'wx-middle', () => showCancel && end(false))
    ;(field || yes).focus({ preventScroll: true })
  })
}

/** A list from below. Resolves to the index, or -1 for none. */
export function sheet(phone, items, { color, title, chosen } = {}) {
  return new Promise((resolve) => {
    const end = (index) => {
      close()
      resolve(index)
    }
    const rows = items.map((item, index) => h(phone, 'button', 'wx-sheet-item', {
      type: 'button', style: color && `color:${color}`, 'aria-pressed': chosen === undefined ? undefined : String(chosen === index), click: () => end(index),
    }, item))
    const box = h(phone, 'div', 'wx-sheet', { role: 'dialog', 'aria-modal': 'true', 'aria-label': title || items.join(', ') },
      title ? h(phone, 'p', 'wx-sheet-title', {}, title) : null, ...rows,
      h(phone, 'button', 'wx-sheet-item wx-sheet-cancel', { type: 'button', click: () => end(-1) }, word(phone, 'cancel')))
    const close = dialog(phone, box, 'wx-below', () => end(-1))
    box.parentNode.addEventListener('click', (event) => event.target === box.parentNode && end(-1))
    ;(rows[chosen] || rows[0])?.focus({ preventScroll: true })
  })
}
