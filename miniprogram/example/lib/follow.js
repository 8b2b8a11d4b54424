// A page that follows the login.
const config = require('../config.js')
const { lang, words, fill } = require('../words.js')
const { showFailure, clearFailure } = require('./failure.js')

// closedCircle is the notice of a mini-program that is not for everybody, or ''.
const closedCircle = config.closedCircle
  ? fill(words.closedCircle, { who: config.closedCircle[lang === 'zh' ? 0 : 1] })
  : ''

// app.json has the tabs' Chinese names. WeChat changes them only while a page of the tab bar is shown.
function nameTabs() {
  const fail = () => {}
  if (lang !== 'zh') [words.home, words.me].forEach((text, index) => wx.setTabBarItem({ index, text, fail }))
}

// follow gives a page the words as `t`, and as `standing` who is logged in, from ready() to the page's end. Besides Page's own:
//   title       the key of the navigation bar's words
//   onStanding  is called with every standing
//   tab         true: a page of the tab bar. Each time that it is shown again, the service is asked whether the login still holds
//   members     true: nobody stays on this page who is not logged in. They go home, where it says why.
function follow(page) {
  const show = function (standing) {
    if (this.gone) return
    const before = this.data.standing || {}
    this.setData({ standing })
    // A login page above has logged the person in. What another tab hears is no reason not to ask.
    this.fresh = standing.state === 'bound' && before.state !== 'bound' && getCurrentPages().indexOf(this) >= 0
    if (standing.state === 'failed') showFailure(this, standing.failure)
    else if (before.state === 'failed') clearFailure(this)
    if (page.onStanding) page.onStanding.call(this, standing)
    if (page.members && standing.state !== 'bound') {
      this.gone = true
      wx.switchTab({ url: '/pages/index/index' })
    }
  }
  return Object.assign({}, page, {
    data: Object.assign({
      t: words,
      lang,
      closedCircle,
      termsPage: config.terms,
      privacyPage: config.privacy,
      standing: null,
      failure: null,
      busy: false,
      focus: '',
    }, page.data),

    onLoad(query) {
      const { wxbind } = getApp()
      if (page.title) wx.setNavigationBarTitle({ title: words[page.title] })
      this.unfollow = wxbind.onChange(standing => show.call(this, standing))
      wxbind.ready().then(standing => show.call(this, standing))
      if (page.onLoad) page.onLoad.call(this, query)
    },

    // A login that has just brought the person back needs no question.
    onShow() {
      if (page.tab) {
        nameTabs()
        if (!this.fresh) this.ask()
      }
      if (page.onShow) page.onShow.call(this)
    },

    onHide() {
      this.fresh = false
      if (page.onHide) page.onHide.call(this)
    },

    // ask has onStanding hear if the login has ended. Any other failure is no matter: the page stays as it is.
    ask() {
      const { wxbind } = getApp()
      const bound = wxbind.standing && wxbind.standing.state === 'bound'
      return bound ? wxbind.user().catch(() => {}) : Promise.resolve()
    },

    onUnload() {
      this.gone = true
      this.unfollow()
      clearInterval(this.countdown)
      if (page.onUnload) page.onUnload.call(this)
    },

    // go opens the page that the tapped element names in data-url, once if it is tapped twice.
    go(event) {
      if (this.going) return
      this.going = true
      wx.navigateTo({ url: event.currentTarget.dataset.url, complete: () => { this.going = false } })
    },

    // typed remembers what is in the field that data-name names: the keyboard's last key gives a page only its own field. A password is kept
    // with the page, never in its data.
    typed({ currentTarget, detail }) {
      this.fields = Object.assign({}, this.fields, { [currentTarget.dataset.name]: detail.value })
    },

    // next goes to the field that data-next names, when the keyboard's last key is pressed. It may have had the focus before.
    next({ currentTarget }) {
      this.setData({ focus: '' }, () => this.setData({ focus: currentTarget.dataset.next }))
    },

    // entered does on the keyboard's last key what the form's button does: data-submit names it.
    entered(event) {
      this.typed(event)
      this[event.currentTarget.dataset.submit]({ detail: { value: this.fields } })
    },

    // toLogin shows the login page to whoever is not bound. Who was signed out may be bound still, and is logged in again.
    async toLogin() {
      if (this.data.busy) return
      const { wxbind } = getApp()
      this.setData({ busy: true })
      const known = wxbind.standing
      const standing = known && known.state === 'unbound' && known.ways.length ? known : await wxbind.login()
      this.setData({ busy: false })
      if (standing.state === 'unbound') wxbind.goLogin()
    },
  })
}

module.exports = follow
