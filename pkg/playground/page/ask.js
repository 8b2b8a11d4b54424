import { byId, button, el } from './dom.js'
import { t } from './words.js'

/** ask shows the one dialog of the page. It resolves to what `value` returns when the person agrees, else to undefined. */
export function ask({ title, body, agree, danger = false, value = () => true }) {
  const dialog = byId('ask')
  return new Promise((resolve) => {
    let answer
    const form = el('form', { method: 'dialog', onsubmit: (e) => {
      answer = value()
      if (answer === undefined) e.preventDefault()
    } }, el('h2', { id: 'ask-title' }, title), ...body, el('div', { class: 'ask-row' },
      button(t('cancel'), () => dialog.close(), { class: 'plain' }),
      el('button', { type: 'submit', class: danger ? 'danger' : 'primary' }, agree)))
    dialog.replaceChildren(form)
    dialog.addEventListener('close', () => resolve(answer), { once: true })
    dialog.showModal()
  })
}
