const ask = require('../../lib/ask.js')
const follow = require('../../lib/follow.js')
const { showFailure, clearFailure, attempt } = require('../../lib/failure.js')
const phoneButtonWorks = require('../../lib/phonebutton.js')
const { words } = require('../../words.js')

// What the page can draw. The service says which of it can succeed, and in which order.
const drawn = way => way === 'password' || way === 'register' || (way === 'phone' && phoneButtonWorks())

// step is what the page asks for: 'ways', the ways to log in; 'temporary', a new password in place of a temporary one; 'phone', the
// password that a phone number needs. from is the way whose failure shows. A password is kept with the page, never in its data.
Page(follow({
  title: 'login',

  data: { step: 'ways', from: '', ways: [], first: '', agreed: false, username: '' },

  onStanding(standing) {
    if (standing.state === 'bound') return this.leave()
    if (standing.state !== 'unbound') return undefined
    const ways = standing.ways.filter(drawn)
    return this.setData({ ways, first: ways[0] || '' })
  },

  toggleAgreed() {
    this.setData({ agreed: !this.data.agreed })
  },

  // askToAgree is whether the person agrees, now or before.
  async askToAgree() {
    if (this.data.agreed) return true
    const agreed = await ask({ title: words.agreeTitle, content: words.agreeText, confirmText: words.agreeButton })
    if (agreed) this.setData({ agreed })
    return agreed
  },

  // start tries one way. A success shows by itself: onStanding leaves the page.
  start(from, work, expected) {
    this.setData({ from })
    return attempt(this, work, expected)
  },

  byPassword({ detail }) {
    const { username, password } = detail.value
    this.bind(username, password)
  },

  async bind(username, password, more) {
    if (!await this.askToAgree()) return
    this.setData({ username })
    let taken = false
    await this.start('password', () => getApp().wxbind.bind(Object.assign({ username, password }, more)), ({ error }) => {
      if (error === 'password_change_required') {
        this.pending = { username, password, more }
        this.setData({ step: 'temporary' })
        return true
      }
      taken = error === 'user_bound' && !(more && more.replace)
      return taken
    })
    if (taken && await this.askToReplace()) this.bind(username, password, Object.assign({}, more, { replace: true }))
  },

  byNewPassword({ detail }) {
    const { newPassword, repeat } = detail.value
    if (newPassword !== repeat) return showFailure(this, { action: 'none', msg: words.different })
    const { username, password, more } = this.pending
    return this.bind(username, password, Object.assign({}, more, { newPassword }))
  },

  async byPhone(event) {
    let code = ''
    let taken = false
    await this.start('phone', () => {
      code = event.detail.code
      return getApp().wxbind.phoneButton(event)
    }, ({ error }) => {
      if (error === 'password_required') {
        this.pending = { phoneCode: code }
        this.setData({ step: 'phone' })
        return true
      }
      taken = error === 'user_bound'
      return taken
    })
    if (taken && await this.askToReplace()) {
      this.start('phone', () => getApp().wxbind.bindPhone({ phoneCode: code, replace: true }))
    }
  },

  byPhonePassword({ detail }) {
    const { phoneCode } = this.pending
    this.start('phone', () => getApp().wxbind.bindPhone({ phoneCode, password: detail.value.password }))
  },

  async byRegister() {
    if (await this.askToAgree()) this.start('register', () => getApp().wxbind.register())
  },

  askToReplace() {
    return ask({ title: words.replaceTitle, content: words.replaceText, confirmText: words.replace, danger: true })
  },

  // retry asks the service anew what it offers.
  async retry() {
    if (this.data.busy) return
    clearFailure(this)
    this.setData({ busy: true })
    await getApp().wxbind.login()
    this.setData({ busy: false })
  },

  // leave goes back to the ways, and from there to the page that wanted a login.
  leave() {
    const { wxbind } = getApp()
    const bound = wxbind.standing && wxbind.standing.state === 'bound'
    if (!bound && this.data.step !== 'ways') {
      this.pending = null
      this.fields = null
      clearFailure(this)
      return this.setData({ step: 'ways', from: '' })
    }
    if (this.left) return undefined
    this.left = true
    return wxbind.backFromLogin()
  },
}))
