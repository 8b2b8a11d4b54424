import type { Client } from './client'
import { WxbindError } from './failure'
import type { PhoneEvent } from './interface'

/**
 * phoneCodeOf gives the code of the button for the phone number, or throws that it gave none, with WeChat's errno: 103 is the person's no,
 * 104 their no to the privacy terms, 112 says that the console does not declare it, 1400001 that no quota is left.
 */
export const phoneCodeOf = ({ $words }: Client, { detail: { code, errno } }: PhoneEvent): string => {
  if (code) return code
  throw new WxbindError({ error: 'phone_refused', action: 'none', msg: $words.$phone, errno })
}
