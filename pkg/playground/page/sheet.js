import { button, el } from './dom.js'
import { t } from './words.js'

/** phoneSheet shows WeChat's own question about the phone number, over a phone's screen. It resolves to whether the person allows it. */
export function phoneSheet(layer, { appName, masked, screen }) {
  return new Promise((resolve) => {
    const before = layer.getRootNode().activeElement
    const end = (allowed) => {
      layer.replaceChildren()
      screen.inert = false
      before?.focus?.()
      resolve(allowed)
    }
    const allow = button(t('sheet.allow'), () => end(true), { class: 'sheet-allow' })
    const sheet = el('div', { class: 'sheet', role: 'dialog', 'aria-modal': 'true', 'aria-label': t('sheet.title'), onkeydown: (e) => e.key === 'Escape' && end(false) },
      el('div', { class: 'sheet-app' }, el('span', { class: 'sheet-logo', 'aria-hidden': 'true' }, [...appName][0] ?? ''), appName),
      el('h3', {}, t('sheet.title')),
      el('p', {}, t('sheet.why')),
      el('div', { class: 'sheet-number' }, el('strong', {}, masked), el('span', {}, t('sheet.bound'))),
      el('div', { class: 'sheet-row' }, button(t('sheet.refuse'), () => end(false), { class: 'sheet-refuse' }), allow))
    screen.inert = true
    layer.replaceChildren(el('div', { class: 'sheet-shade' }), sheet)
    allow.focus({ preventScroll: true })
  })
}
