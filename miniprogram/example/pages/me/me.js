const ask = require('../../lib/ask.js')
const follow = require('../../lib/follow.js')
const { showFailure, clearFailure, attempt } = require('../../lib/failure.js')
const { nameOf, initialOf } = require('../../lib/person.js')
const phoneButtonWorks = require('../../lib/phonebutton.js')
const { words } = require('../../words.js')

Page(follow({
  title: 'me',
  tab: true,

  data: { name: '', initial: '', phoneButton: phoneButtonWorks() },

  onStanding(standing) {
    if (standing.state !== 'bound') return
    const name = nameOf(standing.user)
    this.setData({ name, initial: initialOf(name) })
  },

  onHide() {
    if (this.data.standing && this.data.standing.state === 'bound') clearFailure(this)
  },

  // Without a code the person has refused, which needs no words, or the mini-program may not ask: 1400001, no quota; 112, not declared.
  setPhone({ detail }) {
    if (!detail.code) {
      if (detail.errno === 1400001 || detail.errno === 112) showFailure(this, { action: 'none', msg: words.phoneUnavailable })
      return
    }
    attempt(this, async () => {
      await getApp().wxbind.setPhone({ phoneCode: detail.code })
      wx.showToast({ title: words.phoneSet })
    })
  },

  async logout() {
    if (!await ask({ title: words.logout, content: words.logoutText, confirmText: words.logout })) return
    attempt(this, () => getApp().wxbind.logout())
  },

  async unbind() {
    if (!await ask({ title: words.unbind, content: words.unbindText, confirmText: words.unbindButton, danger: true })) return
    const { wxbind } = getApp()
    let last = false
    const done = () => wx.showToast({ title: words.unbound })
    await attempt(this, () => wxbind.unbind().then(done), ({ error }) => {
      last = error === 'last_binding'
      return last
    })
    if (!last) return
    if (!await ask({ title: words.unbind, content: words.unbindLast, confirmText: words.unbindButton, danger: true })) return
    attempt(this, () => wxbind.unbind({ force: true }).then(done))
  },
}))
