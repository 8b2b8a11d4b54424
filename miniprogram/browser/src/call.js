// How a function of wx answers: success, fail and complete, or a promise if none of them is given.

/** Raised by what a function of wx does: errMsg becomes `<name>:fail <message>`. */
export class Fail extends Error {
  constructor(message, errno, more = {}) {
    super(message)
    Object.assign(this, { errno, more })
  }
}

/**
 * Calls act with the options, after the code that runs now: a page may redirect in its onLoad.
 * The answer arrives later still, and never after the phone's end.
 */
export function call(phone, name, act, options = {}) {
  const { success, fail, complete } = options || {}
  const answer = Promise.resolve().then(() => act(options || {})).then(
    (result) => ({ errMsg: `${name}:ok`, ...result }),
    (e) => {
      throw failure(name, e)
    })
  if (!success && !fail && !complete) {
    return new Promise((resolve, reject) => {
      answer.then((r) => phone.alive && resolve(r), (e) => phone.alive && reject(e))
    })
  }
  answer.then((r) => tell(phone, [success, complete], r), (e) => tell(phone, [fail, complete], e))
}

/** What a fail callback is given. */
export function failure(name, e) {
  if (e instanceof Fail) {
    const known = e.errno === undefined ? {} : { errno: e.errno }
    return { errMsg: `${name}:fail ${e.message}`, ...known, ...e.more }
  }
  // A host's own answer, such as {errMsg, errno}.
  if (e && typeof e.errMsg === 'string') return { ...e, errMsg: e.errMsg.includes(':fail') ? e.errMsg : `${name}:fail ${e.errMsg}` }
  return { errMsg: `${name}:fail ${e?.message || e}` }
}

/** Calls the callbacks that exist; what they throw is reported and stops nothing. */
export function tell(phone, callbacks, value) {
  for (const callback of callbacks) {
    if (!phone.alive || typeof callback !== 'function') continue
    try {
      callback(value)
    } catch (e) {
      phone.fault(e)
    }
  }
}
