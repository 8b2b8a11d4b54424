// Generated from openapi.yaml by `node generate.mjs`. Do not edit.

/** The stable names of failures. openapi.yaml says what each means. */
export type ErrorName =
  | 'app_id_unknown'
  | 'avatar_invalid'
  | 'bind_proof_required'
  | 'binding_removed'
  | 'body_malformed'
  | 'body_too_deep'
  | 'body_too_large'
  | 'body_trailing_data'
  | 'code_invalid'
  | 'code_missing'
  | 'content_type_unsupported'
  | 'directory_cannot'
  | 'directory_unavailable'
  | 'encrypted_data_invalid'
  | 'encrypted_data_missing'
  | 'event_malformed'
  | 'field_wrong_type'
  | 'identity_bound'
  | 'identity_mismatch'
  | 'internal'
  | 'invalid_client'
  | 'invalid_credentials'
  | 'last_binding'
  | 'name_invalid'
  | 'open_id_invalid'
  | 'origin_key_required'
  | 'overloaded'
  | 'parameter_repeated'
  | 'password_change_required'
  | 'password_expired'
  | 'password_invalid'
  | 'password_missing'
  | 'password_not_here'
  | 'password_not_temporary'
  | 'password_required'
  | 'password_too_weak'
  | 'phone_code_invalid'
  | 'phone_code_missing'
  | 'phone_off'
  | 'phone_stale'
  | 'phone_taken'
  | 'phone_unknown'
  | 'profile_missing'
  | 'push_off'
  | 'push_rejected'
  | 'query_malformed'
  | 'reauth_required'
  | 'rebind_closed'
  | 'rebind_too_soon'
  | 'recently_replaced'
  | 'register_closed'
  | 'registered_elsewhere'
  | 'secret_unavailable'
  | 'session_expired'
  | 'session_invalid'
  | 'session_key_stale'
  | 'session_not_found'
  | 'session_replaced'
  | 'session_revoked'
  | 'store_unavailable'
  | 'token_missing'
  | 'too_many_attempts'
  | 'too_many_codes'
  | 'too_many_registrations'
  | 'user_bound'
  | 'user_disabled'
  | 'username_invalid'
  | 'username_missing'
  | 'username_taken'
  | 'wx_address_blocked'
  | 'wx_app_rejected'
  | 'wx_busy'
  | 'wx_code_invalid'
  | 'wx_code_used'
  | 'wx_quota_spent'
  | 'wx_request_invalid'
  | 'wx_secret_rejected'
  | 'wx_secret_unusable'
  | 'wx_throttled'
  | 'wx_token_rejected'
  | 'wx_unavailable'
  | 'wx_unexpected'
  | 'wx_user_blocked'
  | 'wx_user_limited'

/** What the client does about it. */
export type Action =
  | 'relogin'
  | 'retry'
  | 'wait'
  | 'fix'
  | 'none'

/** What can succeed, in the order in which a page offers it: bind, bindPhone, register. It follows from the mini-program's policy. Ignore a way that you do not know. */
export type Way =
  | 'password'
  | 'phone'
  | 'register'

export interface UserInfo {
  id: string
  /** Empty for a user who has registered and not chosen one. */
  username: string
  name: string
  roles: string[]
  /** The user's phone number with its middle hidden. Absent from `userInfo` if there is none. */
  phone?: string
  /** The https address of the user's picture. Absent if there is none. */
  avatar?: string
}

export interface Menu {
  id: string
  name: string
  path: string
  icon: string
  children: Menu[]
}

/** A live session. */
export interface ListedSession {
  /** Names a session to its user. It gives no access. */
  id: string
  /** What the login's User-Agent says about the device; "WeChat pre-fetch" if WeChat's servers asked. May be empty. */
  device: string
  appId: string
  /** Unix seconds. */
  createdAt: number
  /** The last use, accurate to a tenth of the seven days. Unix seconds. */
  seenAt: number
  /** Whether this is the session in use. */
  current: boolean
}

export interface ExportedData {
  code: 1
  msg: string
  user: ExportedUser
  bindings: ExportedBinding[]
  /** Includes ended sessions, as long as they are stored. */
  sessions: ExportedSession[]
}

export interface ExportedUser {
  id: string
  /** Empty for a user who registered by themselves and has chosen none. */
  username: string
  name: string
  roles: string[]
  disabled: boolean
  /** Unix seconds. */
  createdAt: number
  /** The whole phone number in the form of E.164, unlike in `userInfo`. Empty if there is none. */
  phone: string
  /** When WeChat last confirmed the phone number. 0 if it never did. Unix seconds. */
  phoneVerifiedAt: number
  /** The appid of the mini-program in which the user has registered. Empty for a user whom an administrator has added. */
  registeredIn: string
  /** The https address of the user's picture. Absent if there is none. */
  avatar?: string
  /** The appid of the mini-program in which the user has given the phone number. Empty for one that was set otherwise. */
  phoneGivenIn: string
  /** The appid of the mini-program in which the user has given the name. Empty for one that was set otherwise. */
  nameGivenIn: string
  /** When they did so. 0 if they did not. Unix seconds. */
  nameGivenAt: number
  /** The appid of the mini-program in which the user has set or removed their picture. Empty if they did not. */
  avatarGivenIn: string
  /** When they did so. 0 if they did not. Unix seconds. */
  avatarGivenAt: number
}

export interface ExportedBinding {
  appId: string
  /** The person within the mini-program. Case-sensitive. WeChat documents no length. */
  openId: string
  /** Empty if WeChat gives none. */
  unionId: string
  /** Unix seconds. */
  boundAt: number
  /** Unix seconds. */
  lastLoginAt: number
}

export interface ExportedSession {
  /** Names a session to its user. It gives no access. */
  id: string
  device: string
  appId: string
  /** Unix seconds. */
  createdAt: number
  /** Unix seconds. */
  seenAt: number
  /** When it ends, unless it is used before then. Unix seconds. */
  expiresAt: number
  /** When it ends in any case. Unix seconds. */
  absoluteEnd: number
  /** Why it was ended. Empty if nobody has ended it. */
  endedReason: '' | 'session_revoked' | 'session_replaced'
}

export interface LoginAnswer {
  code: 1
  msg: string
  /** The session's token. It is secret. It contains the user's id, and nothing else can be read from it. */
  token: string
  /** When the session ends, unless it is used before then. Unix seconds. */
  expiresAt: number
  userInfo: UserInfo
  menuList: Menu[]
  /** This request has made the user. Otherwise absent. */
  created?: true
  /** This request has bound the person to the user of another mini-program, by the unionid. Otherwise absent. */
  linked?: true
}

export interface CurrentUserAnswer {
  code: 1
  msg: string
  /** When the session ends, unless it is used before then. Unix seconds. */
  expiresAt: number
  userInfo: UserInfo
  menuList: Menu[]
}

export interface UnboundAnswer {
  code: 301
  msg: string
  /** The person within the mini-program. Case-sensitive. WeChat documents no length. */
  openId: string
  /** What can succeed, in the order in which a page offers it: bind, bindPhone, register. It follows from the mini-program's policy. Ignore a way that you do not know. */
  ways: Way[]
}

export interface SessionListAnswer {
  code: 1
  msg: string
  /** Empty if the session in use was ended meanwhile. */
  sessions: ListedSession[]
}

export interface PhoneSetAnswer {
  code: 1
  msg: string
  /** The user's phone number with its middle hidden. Absent from `userInfo` if there is none. */
  phone: string
}

export interface DoneAnswer {
  code: 1
  msg: string
}

export interface FailureAnswer {
  code: 0
  /** A sentence for the person. */
  msg: string
  /** The failure's stable name. */
  error: ErrorName
  /** What the client does about it. */
  action: Action
  /** Quote it to the operator. Empty if the request could not be read. */
  requestId: string
  /** Seconds until another try may succeed, as in the header Retry-After. */
  retryAfter?: number
}
