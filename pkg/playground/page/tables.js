import { clock } from './dom.js'
import { has, t } from './words.js'

const time = (at) => (at ? { text: clock(at), class: 'num' } : { text: '' })
const short = (id = '') => ({ text: id.length > 12 ? `${id.slice(0, 10)}…` : id, title: id, class: 'mono' })
const state = (good, text) => ({ text, class: good ? 'state good' : 'state bad' })
const ended = (reason) => (has(`ended.${reason}`) ? t(`ended.${reason}`) : reason)

/**
 * tables says how the store's three lists look: `key` tells rows apart, `columns` head the cells, the `minor`
 * of them give way in a narrow page, `acts` are the buttons of a
 * row with what they send, `who` names the row in a sentence. `names` finds a user's and a mini-program's name.
 */
export const tables = {
  users: {
    key: (u) => u.id,
    who: (u, names) => names.user(u.id),
    columns: ['user', 'state', 'phone', 'live', 'apps', 'roles'],
    minor: ['apps', 'roles'],
    cells: (u, names) => [
      { text: [names.user(u.id), u.name].filter(Boolean).join(' · '), title: u.id, class: 'strong' },
      state(!u.disabled, t(u.disabled ? 'state.disabled' : 'state.enabled')),
      { text: u.phone ?? '', class: 'num' }, { text: String(u.sessions ?? 0), class: 'num' },
      { text: (u.apps ?? []).map(names.app).join(t('comma')) }, { text: (u.roles ?? []).join(t('comma')) },
    ],
    acts: (u) => [
      { do: u.disabled ? 'enable' : 'disable', userId: u.id }, { do: 'logoutAll', userId: u.id }, { do: 'deleteUser', userId: u.id },
    ],
  },
  bindings: {
    key: (b) => `${b.appId} ${b.openId}`,
    who: (b, names) => names.user(b.userId),
    columns: ['person', 'user', 'app', 'login', 'bound'],
    minor: ['bound'],
    cells: (b, names) => [
      b.person ? { text: b.person, title: b.openId, class: 'strong' } : short(b.openId), { text: names.user(b.userId), title: b.userId },
      { text: names.app(b.appId), title: b.appId }, time(b.lastLoginAt), time(b.boundAt),
    ],
    acts: (b) => [{ do: 'unbind', userId: b.userId, appId: b.appId }],
  },
  sessions: {
    key: (s) => s.id,
    who: (s, names) => `${names.user(s.userId)} · ${s.device || short(s.id).text}`,
    columns: ['device', 'state', 'user', 'app', 'seen', 'created'],
    minor: ['app', 'created'],
    cells: (s, names) => [
      { text: s.device || '—', title: s.id, class: 'strong' }, state(!s.ended, s.ended ? ended(s.ended) : t('state.live')),
      { text: names.user(s.userId), title: s.userId }, { text: names.app(s.appId), title: s.appId }, time(s.seenAt), time(s.createdAt),
    ],
    acts: (s) => (s.ended ? [] : [{ do: 'revokeSession', userId: s.userId, sessionId: s.id, appId: s.appId }]),
  },
}
