import type { Action } from './api'
import { assign, type Client } from './client'
import type { Failure } from './interface'
import type { ClientErrorName } from './words'

/** WxbindError is what methods reject with. Its message is msg. */
export class WxbindError extends Error implements Failure {
  error!: Failure['error']
  action!: Action
  msg!: string
  retryAfter?: number
  requestId?: string
  reason?: Failure['reason']
  errno?: number
  status?: number

  constructor(failure: Failure) {
    super(failure.msg)
    assign(this, failure)
  }
}

/**
 * noAnswer makes the failure of a request, or of wx.login, that had no answer, or one that is not the service's.
 * @internal
 */
export const noAnswer = ({ $words }: Client, error: ClientErrorName, status?: number) =>
  new WxbindError({ error, action: 'retry', msg: $words.$network, status })
