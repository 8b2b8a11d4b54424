import { ask } from './ask.js'
import { el } from './dom.js'
import { t } from './words.js'

/**
 * act lets the operator do something to a user, a binding or a session. It tells how it goes;
 * resolves to false if it was called off, since deleting asks first.
 */
export async function act(what, who, tell) {
  if (what.do === 'deleteUser') {
    const sure = await ask({ title: t('ask.delete', { who }), body: [el('p', {}, t('ask.delete.why'))], agree: t('act.deleteUser'), danger: true })
    if (!sure) return false
  }
  const name = t(`act.${what.do}`)
  tell(t('act.under', { act: name, who }))
  try {
    const answer = await fetch('/playground/act', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(what) })
    if (answer.ok) tell(t('act.done', { act: name, who }))
    else {
      const { msg, error } = await answer.json()
      tell(t('act.failed', { act: name, why: msg ?? error }))
    }
  } catch (e) {
    tell(t('act.failed', { act: name, why: e.message }))
  }
  return true
}
