// What a page shows of a failure, by its action: a button to try again, or how long to wait.
const { words, fill } = require('../words.js')

// showFailure puts a failure of the SDK into the page's data as `failure`: its sentence, the number to tell an administrator if they
// must act, and `wait`, the seconds until another try may succeed, which run down to 0.
function showFailure(page, { action, msg, retryAfter, requestId }) {
  clearInterval(page.countdown)
  // By the clock: in the background no timer runs.
  const end = Date.now() + (action === 'wait' || action === 'retry' ? retryAfter || 0 : 0) * 1000
  const tell = () => {
    const wait = Math.max(0, Math.ceil((end - Date.now()) / 1000))
    page.setData({
      failure: {
        msg,
        wait,
        requestId: action === 'fix' && requestId ? requestId : '',
        label: wait > 0 ? fill(words.retryIn, { n: wait }) : words.retry,
      },
    })
    if (wait === 0) clearInterval(page.countdown)
  }
  if (end > Date.now()) page.countdown = setInterval(tell, 1000)
  tell()
}

function clearFailure(page) {
  clearInterval(page.countdown)
  page.setData({ failure: null })
}

// attempt does one thing at a time for a page: `busy` while it is under way, and `failure` if it fails. It gives what `work` gives, or
// nothing. `expected` may take a failure upon itself by returning true. An end of the session is told elsewhere: see follow.js.
async function attempt(page, work, expected) {
  if (page.data.busy || (page.data.failure && page.data.failure.wait > 0)) return undefined
  const { wxbind } = getApp()
  const bound = () => !!wxbind.standing && wxbind.standing.state === 'bound'
  const before = bound()
  clearFailure(page)
  page.setData({ busy: true })
  try {
    return await work()
  } catch (failure) {
    const ended = before && !bound()
    if (!page.gone && !ended && !(expected && expected(failure))) showFailure(page, failure)
    return undefined
  } finally {
    if (!page.gone) page.setData({ busy: false })
  }
}

module.exports = { showFailure, clearFailure, attempt }
