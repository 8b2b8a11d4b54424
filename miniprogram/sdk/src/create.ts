import { wechat } from './adapter'
import { ask, Is } from './ask'
import { joined, type Client } from './client'
import type { Fields } from './exchange'
import type { Options, Reason, Wxbind } from './interface'
import { login, ready, settle, user } from './login'
import { backFromLogin, goLogin } from './pages'
import { phoneCodeOf } from './phone'
import { request } from './request'
import { end, listen } from './session'
import { after, nothing } from './time'
import { en, zh } from './words'

/** createWxbind makes the login of a mini-program: one, in app.js. Throws if baseURL is none that a token may be sent to. */
export const createWxbind = (options: Options): Wxbind => {
  const { baseURL, adapter, loginPage, onChange, onSignedOut, lang, appId } = options
  if (!/^http(s:\/\/[^/]|:\/\/(localhost|127\.0\.0\.1|\[::1])(:\d+)?\/)/.test(baseURL + '/')) {
    throw Error('baseURL needs https: ' + baseURL)
  }
  const english = lang === 'en'
  const $base = baseURL.replace(/\/+$/, '')
  const client: Client = {
    $loginPage: loginPage,
    $words: english ? en : zh,
    $adapter: adapter || wechat(),
    $base,
    // Not the developer tools' touristappid, nor the placeholder of a framework.
    $query: (english ? '?lang=en&' : '?') + (/^wx/.test(appId!) ? 'appId=' + appId + '&' : ''),
    $onChange: new Set(onChange && [onChange]),
    $onSignedOut: new Set(onSignedOut && [onSignedOut]),
    $joined: {},
    $waits: [],
  }

  /** By a route that opens a session. */
  const open = (route: string, fields?: Fields): Promise<any> => ask(client, route, Is.Login, fields).then(answer => settle(client, answer))

  /** By a route after which there is no session. */
  const leave = (reason: Reason, route: string, is: Is, fields?: Fields) =>
    ask(client, route, is, fields).then(({ msg }) => {
      end(client, [], { reason, msg })
    })

  const bindPhone = (fields: Fields) => open('bindPhone', fields)

  return {
    get standing() {
      return client.$standing
    },
    ready: () => ready(client),
    login: () => login(client),
    request: options => request(client, options),
    bind: fields => open('bind', fields),
    bindPhone,
    register: () => open('register'),
    phoneButton: (event, { password, onBusy = nothing } = {}) =>
      joined(
        client,
        'phone',
        () => {
          onBusy(true)
          return after(() => bindPhone({ phoneCode: phoneCodeOf(client, event), password }))
        },
        () => onBusy(false),
      ),
    user: () => user(client),
    logout: fields => leave('logged_out', 'logout', Is.Plain, fields),
    sessions: () => ask(client, 'sessions GET', Is.Plain, {}, 'sessions').then(({ sessions }) => sessions),
    revoke: id => ask(client, 'sessions/' + id + ' DELETE', Is.Plain),
    unbind: fields => leave('binding_removed', 'unbind', Is.Fresh, fields),
    changePassword: fields => ask(client, 'password', Is.Fresh, fields),
    setPhone: fields =>
      ask(client, 'phone', Is.Fresh, fields, 'phone').then((answer): any => {
        user(client).catch(nothing)
        return answer
      }),
    exportData: () => ask(client, 'export GET', Is.Fresh, {}, 'user') as Promise<any>,
    deleteAccount: () => leave('deleted', 'account DELETE', Is.Fresh),
    goLogin: () => goLogin(client),
    backFromLogin: home => backFromLogin(client, home),
    onSignedOut: listen(client.$onSignedOut),
    onChange: listen(client.$onChange),
  }
}
