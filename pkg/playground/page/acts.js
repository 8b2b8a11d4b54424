import { ask } from './ask.js'
import { el } from './dom.js'
import { t } from './words.js'

/**
 * act lets the operator do something to a user, a binding or a session. It tells how it goes;
 * resolves to false if it was called off, since deleting asks first.
 */
export async function act(what, who, tell) {
  if (what.do === 'deleteUser' && !await sure(t('ask.delete', { who }), t('ask.delete.why'), t('act.deleteUser'))) return false
  await send('/playground/act', what, { act: t(`act.${what.do}`), who }, tell)
  return true
}

/** sure asks whether to do what cannot be undone. */
export const sure = (title, why, agree) => ask({ title, body: [el('p', {}, why)], agree, danger: true })

/** send asks the server for something, and tells how it goes. `names` says what it is called, and whom it is about: {act, who}. */
export async function send(path, what, names, tell) {
  tell(t('act.under', names))
  try {
    const answer = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(what) })
    if (answer.ok) tell(t('act.done', names))
    else {
      const { msg, error } = await answer.json()
      tell(t('act.failed', { ...names, why: msg ?? error }))
    }
  } catch (e) {
    tell(t('act.failed', { ...names, why: e.message }))
  }
}
