// What the story reads and clicks: the page's own words and the example's, so that both may be reworded.
import { load as loadExample } from '../../example/test/project.mjs'
import { load as loadPage } from '../page-test/load.mjs'

const { words } = await loadPage('words.js')

/** The words in a language, 'zh' or 'en'. */
export function wordsIn(lang) {
  const page = (key, values = {}) => words[lang][key].replace(/\{(\w+)\}/g, (all, name) => values[name])
  const { words: phone } = loadExample('words.js', lang === 'zh' ? 'zh_CN' : 'en').exports
  const act = (does, who) => page('act.of', { act: page(`act.${does}`), who })
  const table = name => n => `${page(`table.${name}`)} ${n}`
  return {
    lang,
    log: page('log'), clear: page('clear'), data: page('data'), second: page('second'), closeSecond: page('second.close'),
    person: page('person'), newPerson: page('person.new'), name: page('person.name'), become: page('person.add'),
    device: page('device'), iPhone: page('device.iphone'), android: page('device.android'),
    users: table('users'), bindings: table('bindings'), sessions: table('sessions'),
    disable: act('disable', 'demo'), isDisabled: page('state.disabled'), closed: page('tell.closed'), closing: who => page('ask.close', { who }), allow: page('sheet.allow'),
    guest: phone.guestHint, login: phone.login, notNow: phone.notNow, username: phone.username, password: phone.password,
    agree: phone.agree + phone.terms + phone.and + phone.privacy, byPhone: phone.phoneLogin, created: phone.created, services: phone.services,
    home: phone.home, me: phone.me, back: lang === 'zh' ? '返回' : 'Back', devices: phone.devices,
    revoke: phone.revoke, revokeYes: lang === 'zh' ? phone.revoke : phone.yes, thrownOut: phone.session_revoked, ended: phone.session_invalid, loginAgain: phone.loginAgain, disabled: phone.user_disabled,
    deletion: phone.deletion, deletionTitle: phone.deletionTitle, deleteYes: phone.deleteButton, deleted: phone.deleted,
  }
}
