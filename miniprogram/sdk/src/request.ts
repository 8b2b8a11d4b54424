import type { PlatformRequest } from './adapter'
import { assign, type Client } from './client'
import { exchange, refusal } from './exchange'
import { WxbindError } from './failure'
import type { Answered, AnyStanding, RequestOptions } from './interface'
import { login, mayPass, ready, revive } from './login'
import { after } from './time'

/**
 * inSession waits for a session, and sends what `make` makes with its token; and once more if the session has ended and there is a new one.
 * `foreign` is a service other than wxbind, which may say 401 and 403 without a reason.
 */
export const inSession = (
  client: Client,
  make: () => Partial<PlatformRequest> | Promise<Partial<PlatformRequest>>,
  foreign?: boolean,
  again?: boolean,
): Promise<Answered<any>> =>
  // What failed may have passed, and somebody wants something.
  (!again && mayPass(client) ? login : ready)(client).then(standing => {
    const { state, user, failure, signedOut } = standing as AnyStanding
    if (!user) throw new WxbindError(assign({ error: state as 'unbound', action: 'none' as const, msg: client.$words.$first }, failure || signedOut))
    const token = client.$live
    return after(make)
      .then(request => exchange(client, request, token))
      .then(answer =>
        !again && /40[13]/.test(answer.status as any)
          ? after(() => revive(client, token, refusal(client, answer), foreign)).then(() =>
              token === client.$live ? answer : inSession(client, make, foreign, true),
            )
          : answer,
      )
  })

/** request sends a mini-program's own request, with the token if it belongs there. */
export const request = <T>(client: Client, options: RequestOptions): Promise<Answered<T>> => {
  const { url, tokenTo } = options
  const { $base } = client
  const address = /^http/.test(url) ? url : $base + url.replace(/^\/?/, '/')
  const sent = assign({}, options, { url: address })
  return [$base, tokenTo].some(trusted => trusted && address.startsWith(trusted + '/'))
    ? inSession(client, () => sent, true)
    : exchange(client, sent, '')
}
