// checkbox, radio and switch: a real control inside, so that keyboards and screen readers know it.
import { dispatch } from './backend.js'
import { given } from './elements.js'

let groups = 0

function control(element, phone, type, changed) {
  const box = phone.document.createElement('input')
  box.type = type
  element.append(box)
  element.wxControl = box
  let start = false
  const relay = (name) => (value) => (value === null ? box.removeAttribute(name) : box.setAttribute(name, value))
  element.wxReset = () => {
    box.checked = start
  }
  box.addEventListener('change', () => {
    element.wxModel?.checked?.(box.checked)
    changed(box)
  })
  // The control's own label is what stands beside it.
  element.wxClick = (event) => {
    if (event.target !== box && !element.closest('label')) box.click()
  }
  return {
    checked: (value) => {
      start = box.checked = value !== null
    },
    disabled: (value) => {
      box.disabled = value !== null
    },
    color: (value) => element.style.setProperty('--control', value || ''),
    'aria-label': relay('aria-label'),
    'aria-labelledby': relay('aria-labelledby'),
  }
}

/** Several of a checkbox-group's may be ticked. */
export function checkbox(element, phone) {
  return control(element, phone, 'checkbox', () => {
    const group = element.closest('wx-checkbox-group')
    if (group) dispatch(group, 'change', { value: group.wxValue() })
  })
}

export function checkboxGroup(element) {
  element.wxValue = () => [...element.querySelectorAll('wx-checkbox')].filter((e) => e.wxControl.checked).map((e) => given(e, 'value') ?? '')
}

/** One of a radio-group's is chosen. */
export function radio(element, phone) {
  const told = control(element, phone, 'radio', (box) => {
    const group = element.closest('wx-radio-group')
    for (const other of group?.querySelectorAll('wx-radio') || []) if (other !== element) other.wxControl.checked = false
    if (group && box.checked) dispatch(group, 'change', { value: given(element, 'value') ?? '' })
  })
  const { wxControl } = element
  // Arrow keys move inside a group, which a name makes.
  queueMicrotask(() => {
    const group = element.closest('wx-radio-group')
    if (group) wxControl.name = group.wxName ||= `wx-radio-${++groups}`
  })
  return told
}

export function radioGroup(element, phone, set) {
  set('role', 'radiogroup')
  element.wxValue = () => {
    const chosen = [...element.querySelectorAll('wx-radio')].find((e) => e.wxControl.checked)
    return chosen ? given(chosen, 'value') ?? '' : ''
  }
}

export function toggle(element, phone) {
  const told = control(element, phone, 'checkbox', (box) => dispatch(element, 'change', { value: box.checked }))
  const { wxControl } = element
  wxControl.setAttribute('role', 'switch')
  element.wxValue = () => wxControl.checked
  return told
}
