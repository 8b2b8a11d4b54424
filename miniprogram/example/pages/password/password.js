const follow = require('../../lib/follow.js')
const { showFailure, attempt } = require('../../lib/failure.js')
const { words } = require('../../words.js')

// Changes the password, or gives somebody who has registered without one a username and a password.
Page(follow({
  members: true,

  onStanding(standing) {
    if (standing.state !== 'bound') return
    wx.setNavigationBarTitle({ title: standing.user.username ? words.changePassword : words.choosePassword })
  },

  save({ detail }) {
    const { username, password, newPassword, repeat } = detail.value
    if (newPassword !== repeat) return showFailure(this, { action: 'none', msg: words.different })
    return attempt(this, async () => {
      const { wxbind } = getApp()
      await wxbind.changePassword(wxbind.standing.user.username ? { password, newPassword } : { username, newPassword })
      await wxbind.user().catch(() => {}) // the name has changed already, and shows at the next launch at the latest
      await wx.navigateBack()
      wx.showToast({ title: words.passwordSaved })
    })
  },
}))
