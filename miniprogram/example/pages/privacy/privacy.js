const follow = require('../../lib/follow.js')

Page(follow({
  title: 'privacyTitle',

  // WeChat's own page of what the mini-program has declared in its console.
  openContract() {
    wx.openPrivacyContract({})
  },
}))
