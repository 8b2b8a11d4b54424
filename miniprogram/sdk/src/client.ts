import type { Adapter } from './adapter'
import type { WxbindError } from './failure'
import type { AnyStanding, SignedOut, Standing } from './interface'
import { nothing } from './time'
import type { Words } from './words'

/** Client is what the parts of the SDK share. The build shortens names that begin with $. */
export interface Client {
  $loginPage?: string
  $adapter: Adapter
  /** In the person's language. */
  $words: Words
  /** baseURL without a slash at its end. It also names the session in the storage, since a token is shown to no other service. */
  $base: string
  /** What every query begins with: the language, the mini-program. */
  $query: string
  /** The session's token, or the last one's: a login shows it, so that the session is replaced and not added. */
  $token?: string
  /** The token while somebody is logged in. */
  $live?: string
  /** Whether WeChat's pre-fetch opened the session. */
  $fetched?: boolean
  $standing?: Standing & AnyStanding
  /** Why the session ended that the login under way replaces. */
  $lost?: SignedOut
  $onChange: Set<(standing: Standing) => void>
  $onSignedOut: Set<(signedOut: SignedOut) => void>
  /** What is under way, by name. */
  $joined: Record<string, Promise<any> | undefined>
  /** What the service wants to be left alone about, until when (milliseconds), and the failure that said so. */
  $waits: [about: string, until: number, failure: WxbindError][]
}

export const { assign } = Object

/** joined gives the work of this name that is under way, or begins it. */
export const joined = <T>(client: Client, name: string, work: (client: Client) => Promise<T>, onEnd = nothing): Promise<T> => {
  const { $joined } = client
  const end = () => {
    $joined[name] = undefined
    onEnd()
  }
  if (!$joined[name]) ($joined[name] = work(client)).then(end, end)
  return $joined[name]!
}
