const follow = require('../../lib/follow.js')
const { attempt } = require('../../lib/failure.js')

Page(follow({
  title: 'data',
  members: true,

  data: { text: '' },

  onLoad() {
    this.load()
  },

  load() {
    return attempt(this, async () => {
      const { user, bindings, sessions } = await getApp().wxbind.exportData()
      this.json = JSON.stringify({ user, bindings, sessions }, null, 2)
      // The blanks before a line would fall together.
      this.setData({ text: this.json.replace(/^ +/gm, blanks => '\u00a0'.repeat(blanks.length)) })
    })
  },

  retry() {
    this.load()
  },

  // WeChat says by itself that it has copied.
  copy() {
    wx.setClipboardData({ data: this.json })
  },
}))
