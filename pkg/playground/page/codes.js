// What the page's WeChat hands out: one-time codes as pkg/wechattest reads them, and the faults that the switches ask for.

/** faults are the switches. Those of WeChat's answer exclude one another; offline goes with any. */
export const faults = ['busy', 'slow', 'limit', 'twice', 'offline']

const prefix = { busy: 'busy-', slow: 'slow2s-' }
const noNetwork = { errno: 600001, errMsg: 'login:fail errcode:-106 cronet_error_code:-106 error_msg:net::ERR_INTERNET_DISCONNECTED' }

/** personName is what a person may be called: part of a code, and no word that begins a fault. */
export const personName = /^(?!(?:busy|empty|html|huge|reset|lost|bom|phone|other)$|slow|http|err)[A-Za-z0-9_]{1,24}$/

/** Codes makes the codes of one person's WeChat; `fault` says which switches are on. */
export class Codes {
  #person
  #fault
  #last = ''

  constructor(person, fault) {
    this.#person = person
    this.#fault = fault
  }

  /** login is wx.login: a code, or a rejection as WeChat's. */
  login() {
    if (this.#fault('offline')) throw noNetwork
    if (this.#fault('twice') && this.#last) return this.#last
    return this.#last = this.#fault('limit') ? `err45011-${stamp()}` : `${this.#prefix()}${this.#person}-${stamp()}`
  }

  /** phone is the code of the button that asks for a phone number. */
  phone() {
    return this.#fault('limit') ? `phone-err45011-${stamp()}` : `phone-${this.#prefix()}${this.#person}-${stamp()}`
  }

  #prefix() { return Object.entries(prefix).find(([name]) => this.#fault(name))?.[1] ?? '' }
}

const stamp = () => `${Date.now()}${String(Math.floor(Math.random() * 1000)).padStart(3, '0')}`

/** phoneEnd is the end of a person's phone number, as pkg/wechattest makes it: wechattest.PhoneNumber. */
export async function phoneEnd(person) {
  const sum = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`phone ${person}`))
  return String(new DataView(sum).getUint32(0) % 10000).padStart(4, '0')
}
