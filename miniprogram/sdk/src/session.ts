import { attempt } from './adapter'
import type { LoginAnswer, Way } from './api'
import { assign, type Client } from './client'
import type { AnyStanding, Bound, SignedOut, Standing, Unbound } from './interface'
import { after } from './time'

/** Stored is a session as it is kept for the next launch. */
interface Stored {
  token?: string
  /** Missing if a login was about to replace the session. */
  standing?: Bound
  fetched?: boolean
}

/** recall takes over the token of the last launch, and gives who was logged in, if that session still lives. */
export const recall = (client: Client): Bound | false | undefined => {
  const { token, standing, fetched }: Partial<Stored> = attempt(() => client.$adapter.storage(client.$base) as Stored) || {}
  // Another version may have stored something else, and what no header can hold would fail every login.
  if (!/^[!-~]{20,}$/.test(token!)) return undefined
  client.$token = token
  client.$fetched = fetched
  return standing && standing.menus && standing.expiresAt > Date.now() / 1000 && standing
}

/** keep stores the session for the next launch, and says whether the storage took it. */
export const keep = (client: Client, standing?: Bound) =>
  attempt(() => (client.$adapter.storage(client.$base, { token: client.$token, standing, fetched: client.$fetched } as Stored), true))

export const tell = <S extends Standing>(client: Client, standing: S): S => {
  client.$standing = standing
  client.$lost = undefined
  client.$live = (standing as AnyStanding).user && client.$token
  emit(client.$onChange, standing)
  return standing
}

/** enter takes over what a login or user/info has answered. */
export const enter = (client: Client, answer: Partial<LoginAnswer>, fetched?: boolean): Bound => {
  if (answer.token) {
    client.$token = answer.token
    client.$fetched = fetched
  }
  const standing: Bound = { state: 'bound', user: answer.userInfo!, menus: answer.menuList!, expiresAt: answer.expiresAt! }
  // created and linked are told once, and not at the next launch.
  return tell(client, assign(standing, { unsaved: !keep(client, standing), created: answer.created, linked: answer.linked }))
}

/** end forgets the session. signedOut says why, if there was one that somebody could miss. */
export const end = (client: Client, ways: Way[], signedOut?: SignedOut): Unbound => {
  client.$token = undefined
  attempt(() => client.$adapter.storage(client.$base, ''))
  const standing = tell<Unbound>(client, { state: 'unbound', ways, signedOut })
  if (signedOut) emit(client.$onSignedOut, signedOut)
  return standing
}

const emit = <T>(listeners: Set<(value: T) => void>, value: T) =>
  // A page's fault is reported as its own, and does not stop a login.
  listeners.forEach(listener => after(() => listener(value)))

/** listen adds a listener, and gives what removes it. */
export const listen =
  <T>(listeners: Set<T>) =>
  (listener: T) => {
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
    }
  }
