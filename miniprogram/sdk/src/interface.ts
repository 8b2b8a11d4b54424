import type { Adapter } from './adapter'
import type { Action, ErrorName, ExportedData, ListedSession, Menu, UserInfo, Way } from './api'
import type { ClientErrorName } from './words'

/** Options are how a mini-program uses wxbind. */
export interface Options {
  /** Where the service is: https, or http to localhost, 127.0.0.1 and [::1]. */
  baseURL: string
  /** Which mini-program this is, where the service cannot tell by WeChat's Referer. */
  appId?: string
  /** The platform. Default: `wechat()`. */
  adapter?: Adapter
  /** The page that goLogin opens. Default: /pages/login/login. */
  loginPage?: string
  /** The language of every `msg`. Default: zh. */
  lang?: 'zh' | 'en'
  /** As wxbind.onSignedOut, from the beginning. */
  onSignedOut?(signedOut: SignedOut): void
  /** As wxbind.onChange, from the beginning. */
  onChange?(standing: Standing): void
}

/** Bound is somebody who is logged in. */
export interface Bound {
  state: 'bound'
  user: UserInfo
  menus: Menu[]
  /** When the session ends, unless it is used before then. Unix seconds. */
  expiresAt: number
  /** This login has made the user. */
  created?: true
  /** This login has bound the person to the user of another mini-program. */
  linked?: true
  /** The platform's storage did not take the session, so the next launch logs in again. */
  unsaved?: boolean
}

/** Unbound is somebody who is not logged in. */
export interface Unbound {
  state: 'unbound'
  /** What a login page offers, in this order. Empty if it is not known: then offer a button that calls login(). */
  ways: Way[]
  /** Why the session ended, if there was one. */
  signedOut?: SignedOut
}

/** Failed is a login that had no answer, or a refusal. A page shows failure.msg and a button that calls login(). */
export interface Failed {
  state: 'failed'
  failure: Failure
}

/** Unavailable says that nobody can log in here: from Moments (scene 1154), or on a platform that is not WeChat. */
export interface Unavailable {
  state: 'unavailable'
  why: 'scene' | 'platform'
  msg: string
}

/** Standing is what a page draws. */
export type Standing = Bound | Unbound | Failed | Unavailable

/** AnyStanding is a Standing whose kind its fields show. */
export type AnyStanding = Pick<Standing, 'state'> & {
  user?: UserInfo
  signedOut?: SignedOut
  failure?: Failure
  why?: string
}

/** Reason is why a session ended. */
export type Reason =
  | 'session_expired'
  | 'session_revoked'
  | 'session_replaced'
  | 'session_invalid'
  | 'user_disabled'
  | 'binding_removed'
  | 'logged_out'
  | 'deleted'

export interface SignedOut {
  reason: Reason
  /** A sentence for the person. */
  msg: string
}

/** Failure is what went wrong, by the service's word or the SDK's own. */
export interface Failure {
  error: ErrorName | ClientErrorName
  action: Action
  /** A sentence for the person. */
  msg: string
  /** Seconds until another try may succeed, where action is wait or retry. */
  retryAfter?: number
  /** Quote it to the operator. */
  requestId?: string
  /** Why nobody is logged in, if a session has ended. */
  reason?: Reason
  /** What WeChat's button for the phone number says. */
  errno?: number
  /** The HTTP status, if there was an answer. */
  status?: number
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD' | 'OPTIONS'

export interface RequestOptions {
  /** Absolute, or relative to baseURL. */
  url: string
  method?: Method
  data?: unknown
  header?: Record<string, string>
  /** Milliseconds. Default: 15000. */
  timeout?: number
  /** Another origin that may have the token, such as https://api.example.com. By default only that of baseURL gets it. */
  tokenTo?: string
}

/** Answered is an answer of a server, whatever its status. */
export interface Answered<T> {
  status: number
  data: T
  /** The names are in another case on another platform. */
  header: Record<string, string>
}

export interface BindFields {
  username: string
  password: string
  /** In place of a temporary password, after password_change_required. */
  newPassword?: string
  /** Take the place of the user's other WeChat, after user_bound. */
  replace?: boolean
}

export interface PhoneFields {
  /** event.detail.code of the button. */
  phoneCode: string
  /** After password_required, with the same phoneCode. */
  password?: string
  replace?: boolean
}

/** PhoneEvent is what bindgetphonenumber gives. */
export interface PhoneEvent {
  detail: { code?: string; errno?: number; errMsg?: string }
}

export interface PasswordFields {
  /** The old one, of a user who has one. */
  password?: string
  /** The first username of a user who has registered. */
  username?: string
  newPassword: string
}

/** Wxbind is the login of a mini-program. Methods reject with a WxbindError, unless they say that they never reject. */
export interface Wxbind {
  /** The last one that is known. undefined before the first ready(). */
  readonly standing: Standing | undefined
  /** Launches at the first call, and gives every caller the same standing. Never rejects. */
  ready(): Promise<Standing>
  /** Logs in anew, because somebody asks for it. Joins a login that is under way. Never rejects. */
  login(): Promise<Standing>
  /**
   * Sends a request with the session's token, once there is one. Resolves with every answer, whatever its status; rejects if there is
   * none, if nobody is logged in, or if the session has ended and a new login did not help.
   */
  request<T = unknown>(options: RequestOptions): Promise<Answered<T>>
  bind(fields: BindFields): Promise<Bound>
  bindPhone(fields: PhoneFields): Promise<Bound>
  /** bindPhone with what the button gave. A second tap joins the first. onBusy tells when to disable the button. */
  phoneButton(event: PhoneEvent, options?: { password?: string; onBusy?(busy: boolean): void }): Promise<Bound>
  register(): Promise<Bound>
  /** Asks the service anew who is logged in. Gives the standing, which is another one than bound only if the session ended meanwhile. */
  user(): Promise<Standing>
  /** Ends this session, or with `all` every one of the user. */
  logout(options?: { all?: boolean }): Promise<void>
  sessions(): Promise<ListedSession[]>
  /** Ends the session with this id of sessions(). */
  revoke(id: string): Promise<unknown>
  /** Removes the binding of this WeChat. The only one needs force, after last_binding. */
  unbind(options?: { force?: boolean }): Promise<void>
  changePassword(fields: PasswordFields): Promise<unknown>
  /** Gives the number as the user's `phone` has it: masked. The standing follows. */
  setPhone(fields: { phoneCode: string }): Promise<{ phone: string }>
  exportData(): Promise<ExportedData>
  deleteAccount(): Promise<void>
  /** Opens the login page, once however many ask. */
  goLogin(): Promise<unknown>
  /** Leaves the login page for the page that asked. `home` is opened if there is nothing to go back to. Default: /pages/index/index. */
  backFromLogin(home?: string): Promise<unknown>
  /** Calls the listener when a session ends. Gives what stops it. */
  onSignedOut(listener: (signedOut: SignedOut) => void): () => void
  /** Calls the listener with each new standing. Gives what stops it. */
  onChange(listener: (standing: Standing) => void): () => void
}
