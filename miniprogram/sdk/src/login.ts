import { ask, Is } from './ask'
import { assign, joined, type Client } from './client'
import type { Fields } from './exchange'
import type { Failure, Reason, SignedOut, Standing } from './interface'
import { end, enter, keep, recall, tell } from './session'
import { after, nothing, pause, within } from './time'

/** ready launches once, and gives everybody the same standing. */
export const ready = (client: Client): Promise<Standing> =>
  client.$standing && !client.$joined.login ? after(() => client.$standing!) : joined(client, 'login', launch)

/** login logs in anew, once however many ask. lost is the session that somebody misses if they turn out not to be bound. */
export const login = (client: Client, lost?: SignedOut): Promise<Standing> => {
  client.$lost = lost || client.$lost
  return joined(client, 'login', client.$standing && !client.$standing.why ? logIn : launch)
}

/** mayPass says whether the last login failed by something that may have passed: no network, a busy service, the background. */
export const mayPass = ({ $standing }: Client) => $standing && $standing.failure && $standing.failure.action === 'retry'

/** settle takes over a decision of the service, if it is one. */
export const settle = (client: Client, answer: Fields, fetched?: boolean): Standing | undefined =>
  answer.token && answer.userInfo ? enter(client, answer, fetched) : answer.ways && end(client, answer.ways, client.$lost)

const launch = (client: Client): Promise<Standing> => {
  const { $adapter } = client
  const { scene, fetched } = $adapter.launch(() =>
    // WeChat may tell a login under way only afterwards that the background interrupted it.
    after(() => client.$joined.login).then(standing => {
      if (mayPass(client) && (!standing || standing.failure.error === 'interrupted')) login(client)
    }),
  )
  const moments = scene === 1154
  if (moments || !$adapter.login) {
    return after(() => tell(client, { state: 'unavailable', why: moments ? 'scene' : 'platform', msg: client.$words.$first }))
  }
  const stored = recall(client)
  // It must be there already: who waits longer could have logged in. And an older one is a former launch's.
  return within(300, fetched!)
    .then(({ timeStamp, fetchedData }) => Date.now() - timeStamp < 30000 && settle(client, JSON.parse(fetchedData), true))
    .catch(nothing)
    .then(standing => {
      if (standing) return standing
      if (!stored) return logIn(client)
      // The page draws first.
      pause(0)
        .then(() => user(client))
        .catch(nothing)
      return tell(client, stored)
    })
}

const logIn = (client: Client): Promise<Standing> => {
  const { $token } = client
  // A bind or a logout that came meanwhile counts, and this answer no more.
  const late = () => client.$token !== $token && client.$standing
  // If the answer is lost, the next launch must not take the token for a live one.
  if (client.$live) keep(client)
  return ask(client, 'checkBind GET', Is.Login).then(
    answer => late() || settle(client, answer)!,
    e => late() || tell(client, { state: 'failed', failure: assign({}, e as Failure) }),
  )
}

/** revive does about an ended session what can be done: afterwards there is another one, or none, or nothing has ended. */
export const revive = (client: Client, token: string | undefined, { error, msg }: Failure, foreign?: boolean): unknown => {
  const signedOut = { reason: error as Reason, msg }
  return (
    // Unless another request has logged in anew meanwhile, or was told of the end.
    token === client.$live &&
    // A login under way replaces the session itself, and one pre-fetch of WeChat the other: nobody has ended it.
    (/^session_[ei]/.test(error) || (/_rep/.test(error) && (client.$fetched || client.$joined.login))
      ? login(client, signedOut)
      : // Somebody has ended it, and wants no login by itself.
        /^(session_r|user_d|binding_r)/.test(error)
        ? end(client, [], signedOut)
        : // API Gateway's authorizer gives no reason. user/info does.
          foreign && user(client).catch(nothing))
  )
}

/** user asks the service who is logged in. */
export const user = (client: Client): Promise<Standing> =>
  joined(client, 'user', () => {
    const { $token } = client
    return ask(client, 'info GET', Is.Plain, {}, 'userInfo').then(answer =>
      // An answer about a session that was replaced meanwhile is late.
      $token === client.$live ? enter(client, answer) : client.$standing!,
    )
  })
