// wx.request over the host's fetch.
import { call, Fail, tell } from './call.js'

const methods = ['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE', 'CONNECT']

/** As WeChat: every HTTP status is a success; GET's data is a query; the answer is parsed as JSON where it can be. */
export function request(phone, options = {}) {
  const stop = new AbortController()
  const listeners = new Set()
  let aborted = false
  call(phone, 'request', (o) => send(phone, o, stop.signal, () => aborted, listeners), { ...options, complete: options.complete || (() => {}) })
  return {
    abort() {
      aborted = true
      stop.abort()
    },
    onHeadersReceived: (listener) => listeners.add(listener),
    offHeadersReceived: (listener) => (listener ? listeners.delete(listener) : listeners.clear()),
  }
}

async function send(phone, options, signal, aborted, listeners) {
  const { url, data, header = {}, timeout = phone.project.app.networkTimeout?.request ?? 60000, dataType = 'json', responseType = 'text' } = options
  const method = String(options.method || 'GET').toUpperCase()
  if (!methods.includes(method)) throw new Fail(`method "${method}" is not supported`)
  const target = where(url)
  if (!target) throw new Fail(`invalid url "${url}"`, 600009)
  const headers = new Headers({ 'content-type': 'application/json' })
  for (const [name, value] of Object.entries(header)) if (!/^referer$/i.test(name)) headers.set(name, String(value))
  const body = payload(target, method, data, headers)
  const started = Date.now()
  const seen = { kind: 'request', method, path: target.pathname }

  const { fetch } = phone.host
  let timer
  const late = new Promise((_, reject) => {
    timer = phone.timers.setTimeout(() => reject(new Fail('timeout', 5)), timeout)
  })
  const gone = new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Fail('abort', 600000))))
  try {
    if (aborted()) throw new Fail('abort', 600000)
    const response = await Promise.race([fetch(address(target), { method, headers, body, signal }), late, gone])
    const answer = { statusCode: response.status, header: titled(response.headers), cookies: [] }
    tell(phone, [...listeners], { header: answer.header, statusCode: answer.statusCode, cookies: [] })
    const content = await Promise.race([responseType === 'arraybuffer' ? response.arrayBuffer() : response.text(), late, gone])
    phone.tell({ ...seen, status: response.status, ms: Date.now() - started })
    return { ...answer, data: dataType === 'json' && typeof content === 'string' ? parsed(content) : content }
  } catch (e) {
    const fault = e instanceof Fail || typeof e?.errMsg === 'string' ? e : new Fail(aborted() ? 'abort' : 'errcode:-105 cronet_error_code:-105 error_msg:net::ERR_NAME_NOT_RESOLVED', aborted() ? 600000 : 600001)
    phone.tell({ ...seen, failed: fault.errMsg || fault.message, ms: Date.now() - started })
    throw fault
  } finally {
    phone.timers.clearTimeout(timer)
  }
}

function where(url) {
  try {
    const target = new URL(url)
    return /^https?:$/.test(target.protocol) ? target : null
  } catch {
    return null
  }
}

/** A service on this machine is the host's own, by its path; any other is asked by its whole address. */
function address(target) {
  const near = target.origin === window.location.origin || ['localhost', '127.0.0.1', '[::1]'].includes(target.hostname)
  return near ? target.pathname + target.search : target.href
}

function payload(target, method, data, headers) {
  if (data === undefined || data === null) return undefined
  const type = headers.get('content-type')
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') {
    if (typeof data === 'object') for (const [name, value] of Object.entries(data)) target.searchParams.append(name, text(value))
    return undefined
  }
  if (typeof data === 'string' || data instanceof ArrayBuffer) return data
  if (/x-www-form-urlencoded/i.test(type)) return Object.entries(data).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(text(value))}`).join('&')
  return JSON.stringify(data)
}

function text(value) {
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function parsed(content) {
  try {
    return JSON.parse(content)
  } catch {
    return content
  }
}

/** Names as WeChat's Android client gives them: X-Request-Id. */
function titled(headers) {
  const header = {}
  headers.forEach((value, name) => {
    header[name.replace(/(^|-)[a-z]/g, (c) => c.toUpperCase())] = value
  })
  return header
}
