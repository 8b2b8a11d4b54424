import type { PlatformRequest } from './adapter'
import { assign, type Client } from './client'
import { noAnswer, WxbindError } from './failure'
import type { Answered } from './interface'
import { within } from './time'

/** Fields of an answer, of which nothing is known yet. */
export type Fields = Record<string, any>

/** exchange sends one request with the token. It resolves with any answer, and rejects with a WxbindError if there is none. */
export const exchange = (client: Client, request: Partial<PlatformRequest>, token?: string): Promise<Answered<any>> => {
  const { timeout = 15000, header } = request
  return within(timeout, () =>
    client.$adapter.request(
      assign({}, request as PlatformRequest, { timeout, header: assign({}, token && { Authorization: 'Bearer ' + token }, header) }),
    ),
  ).then(
    answer => assign(answer, { status: answer.statusCode }),
    ({ errno, errMsg }) => {
      // 600003: the mini-program went to the background.
      const said = errno + errMsg
      throw noAnswer(client, /600003|interr/.test(said) ? 'interrupted' : /time/.test(said) ? 'timeout' : 'offline')
    },
  )
}

/** refusal gives the failure that an answer tells: the service's, or one of our own if the answer is not the service's. */
export const refusal = (client: Client, { status, data }: Answered<any>) =>
  Object(data).action ? new WxbindError(assign({}, data, { status })) : noAnswer(client, 'foreign_answer', status)
