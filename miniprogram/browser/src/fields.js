// input and textarea.
import { dispatch } from './backend.js'
import { given } from './elements.js'

const keyboards = { number: 'numeric', digit: 'decimal', idcard: 'text', tel: 'tel' }

/** A field of text. Its value is the page's until somebody types, and the page's again when it sets another. */
export function input(element, phone, set, remove) {
  const single = element.tagName === 'INPUT'
  let start
  if (single) element.type = 'text'
  element.autocomplete = 'off'
  element.maxLength = 140
  element.wxValue = () => element.value
  element.wxReset = () => {
    element.value = start ?? ''
    element.wxModel?.value?.(element.value)
  }
  element.addEventListener('input', (event) => {
    const { value } = element
    element.wxModel?.value?.(value)
    dispatch(element, 'input', { value, cursor: element.selectionStart ?? value.length, keyCode: event.data?.charCodeAt(0) || 8 })
  })
  element.addEventListener('focus', () => dispatch(element, 'focus', { value: element.value, height: 0 }))
  element.addEventListener('blur', () => dispatch(element, 'blur', { value: element.value }))
  element.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.isComposing || !single) return
    dispatch(element, 'confirm', { value: element.value })
  })
  const type = () => {
    if (!single) return
    const kind = given(element, 'type')
    const secret = given(element, 'password')
    element.type = secret || kind === 'safe-password' ? 'password' : 'text'
    element.inputMode = keyboards[kind] || ''
    element.autocomplete = kind === 'nickname' ? 'nickname' : 'off'
  }
  const later = () => queueMicrotask(type)
  return {
    type: later,
    password: later,
    value: (value) => {
      const text = value === null ? '' : String(value)
      start ??= text
      if (element.value !== text) element.value = text
    },
    maxlength: (value) => {
      const n = Number(value ?? 140)
      if (n < 0) remove('maxlength')
      else set('maxlength', n)
    },
    focus: (value) => {
      if (value !== null) phone.timers.setTimeout(() => element.focus({ preventScroll: true }), 0)
    },
    'confirm-type': (value) => set('enterkeyhint', value || 'done'),
    'placeholder-style': (value) => element.style.setProperty('--placeholder', /color:\s*([^;]+)/.exec(value || '')?.[1] || ''),
  }
}
