import { send, sure } from './acts.js'
import { byId, button, el } from './dom.js'
import { t } from './words.js'

// What WeChat can tell of a person, by the names that it has for that.
const tells = { closed: 'user_authorization_cancellation', phone: 'user_authorization_revoke 8', profile: 'user_authorization_revoke 6' }

/** showTells makes the buttons by which WeChat pushes about the person of the active phone: who() is {person, app}. */
export function showTells(who) {
  const said = el('span', { class: 'hidden', role: 'status' }) // the log shows it, step by step
  byId('tells').append(el('span', { class: 'lead', 'aria-hidden': 'true' }, t('tells')), ...Object.entries(tells).map(([tell, title]) =>
    button(t(`tell.${tell}`), async () => {
      const { person, app } = who()
      if (tell === 'closed' && !await sure(t('ask.close', { who: person }), t('ask.close.why'), t('tell.closed'))) return
      await send('/playground/push', { tell, person, appId: app }, { act: t(`tell.${tell}`), who: person }, (text) => { said.textContent = text })
    }, { class: tell === 'closed' ? 'small harm' : 'small', title })), said)
}
