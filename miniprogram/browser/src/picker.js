// picker, mode selector: a list from below.
import { dispatch } from './backend.js'
import { given } from './elements.js'
import { sheet } from './overlay.js'

export function pick(element, phone, set) {
  element.tabIndex = 0
  set('role', 'button')
  let chosen
  let start = 0
  const value = () => chosen ?? (Number(given(element, 'value')) || 0)
  element.wxValue = value
  element.wxReset = () => {
    chosen = start
  }
  element.wxClick = async () => {
    const range = given(element, 'range') || []
    const key = given(element, 'range-key')
    if ((given(element, 'mode') || 'selector') !== 'selector' || given(element, 'disabled')) return
    const index = await sheet(phone, range.map((item) => String(key ? item[key] : item)), { chosen: value() })
    if (index < 0) return dispatch(element, 'cancel', {})
    chosen = index
    element.wxModel?.value?.(index)
    dispatch(element, 'change', { value: String(index) })
  }
  return {
    value: (now) => {
      chosen = undefined
      start = Number(now) || 0
    },
    range: () => {},
  }
}
