const ask = require('../../lib/ask.js')
const follow = require('../../lib/follow.js')
const { attempt } = require('../../lib/failure.js')
const { words } = require('../../words.js')

Page(follow({
  title: 'deletion',
  members: true,

  async remove() {
    if (!await ask({ title: words.deletionAsk, content: words.deletionTitle, confirmText: words.deleteButton, danger: true })) return
    attempt(this, () => getApp().wxbind.deleteAccount())
  },
}))
