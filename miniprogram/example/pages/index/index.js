const follow = require('../../lib/follow.js')
const { groupsOf, openMenu } = require('../../lib/menus.js')
const { nameOf, initialOf } = require('../../lib/person.js')
const { lang, words } = require('../../words.js')

const greet = hour => (hour < 12 ? words.morning : hour < 18 ? words.afternoon : words.evening)

Page(follow({
  title: 'name',
  tab: true,

  data: { greeting: '', initial: '', groups: [], news: '' },

  onStanding(standing) {
    if (standing.state !== 'bound') return this.setData({ news: '' })
    const name = nameOf(standing.user)
    this.setData({
      greeting: greet(new Date().getHours()) + (lang === 'zh' ? '，' : ', ') + name,
      initial: initialOf(name),
      groups: groupsOf(standing.menus),
    })
    // Only the login itself tells, and what comes after it must not take it away.
    if (standing.created || standing.linked) this.setData({ news: standing.created ? words.created : words.linked })
    return undefined
  },

  onHide() {
    this.setData({ news: '' })
  },

  async onPullDownRefresh() {
    await this.ask()
    wx.stopPullDownRefresh()
  },

  async retry() {
    if (this.data.busy) return
    this.setData({ busy: true })
    await getApp().wxbind.login()
    this.setData({ busy: false })
  },

  open(event) {
    openMenu(event.currentTarget.dataset.path)
  },
}))
