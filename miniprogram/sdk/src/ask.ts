import { assign, type Client } from './client'
import { exchange, refusal, type Fields } from './exchange'
import { noAnswer } from './failure'
import { inSession } from './request'
import { after, nothing, pause, within } from './time'

/** What a route of the service is besides its method and path. */
export const enum Is {
  Plain = 0,
  /** It takes a fresh code. */
  Fresh = 1,
  /** It opens a session, and is shown the one that it replaces. It takes a fresh code, too. */
  Login = 2,
}

const freshCode = (client: Client): Promise<string> =>
  within(8000, client.$adapter.login!)
    .catch(nothing)
    .then(code => {
      // Inside a plug-in it is an object, which would be sent as "[object Object]".
      if (code && typeof code === 'string') return code
      throw noAnswer(client, 'login_failed')
    })

/**
 * ask calls a route of the service, such as 'bind' or 'info GET': with a fresh code where it takes one, and as `action` and `retryAfter` say. `need`
 * is what a good answer has besides `code`.
 */
export const ask = (
  client: Client,
  route: string,
  is: Is,
  fields: Fields = {},
  need: string = is === Is.Login ? 'userInfo' : 'msg',
  again?: boolean,
): Promise<Fields> =>
  after(() => {
    const { $base, $query, $waits } = client
    const [path, method = 'POST'] = route.split(' ') as [string, string?]
    // A wait for one account is none for another; what WeChat refuses concerns every code.
    const about = path + fields.username
    const now = Date.now()
    const wait = $waits.find(([concerned, until, told]) => until > now && (concerned === about || (is && /^wx/.test(told.error))))
    if (wait) throw assign(wait[2], { retryAfter: Math.ceil((wait[1] - now) / 1000) })
    const make = () =>
      after(() => (is ? freshCode(client) : '')).then(code => {
        const url = $base + '/mobileApi/user/' + path + $query
        // An empty code counts as none.
        return method === 'POST'
          ? { method, url, data: assign({ code }, fields) }
          : { method, url: url + 'code=' + encodeURIComponent(code) }
      })
    return (is === Is.Login ? make().then(request => exchange(client, request, client.$token)) : inSession(client, make)).then(answer => {
      const body: Fields = Object(answer.data)
      if ((body.code === 1 && body[need] && (is < Is.Login || body.token)) || body.ways) return body
      const failure = refusal(client, answer)
      const { action, retryAfter = 0 } = failure
      if (retryAfter) $waits.push([about, Date.now() + retryAfter * 1000, failure])
      // A longer wait is the person's to decide.
      if (again || !(action === 'relogin' ? is : action === 'retry' && retryAfter && retryAfter < 4)) throw failure
      // Timers may come early.
      return pause(retryAfter * 1000 + 9).then(() => ask(client, route, is, fields, need, true))
    })
  })
