const ask = require('../../lib/ask.js')
const follow = require('../../lib/follow.js')
const { attempt } = require('../../lib/failure.js')
const { words, fill } = require('../../words.js')

const two = n => (n < 10 ? '0' + n : '' + n)

// when is a time in Unix seconds as the phone's clock shows it, to the minute.
const when = seconds => {
  const d = new Date(seconds * 1000)
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${two(d.getHours())}:${two(d.getMinutes())}`
}

// listed are the sessions as the page draws them: this device first.
function listed(sessions) {
  const here = sessions.find(session => session.current)
  const shown = sessions.map(({ id, device, appId, seenAt, current }) => {
    const elsewhere = here && here.appId !== appId ? ` · ${words.otherApp}` : ''
    return { id, current, name: device || words.unknownDevice, note: fill(words.seen, { when: when(seenAt) }) + elsewhere }
  })
  return shown.filter(device => device.current).concat(shown.filter(device => !device.current))
}

Page(follow({
  title: 'devices',
  members: true,

  data: { devices: null },

  onShow() {
    this.load()
  },

  load() {
    return attempt(this, async () => this.setData({ devices: listed(await getApp().wxbind.sessions()) }))
  },

  retry() {
    this.load()
  },

  async revoke(event) {
    const { id, name } = event.currentTarget.dataset
    if (!await ask({ title: words.revoke, content: fill(words.revokeText, { device: name }), confirmText: words.revoke, danger: true })) return
    await attempt(this, async () => {
      await getApp().wxbind.revoke(id)
      this.setData({ devices: this.data.devices.filter(device => device.id !== id) })
      wx.showToast({ title: words.revoked })
    })
  },

  async logoutAll() {
    if (!await ask({ title: words.logoutAll, content: words.logoutAllText, confirmText: words.logout, danger: true })) return
    attempt(this, () => getApp().wxbind.logout({ all: true }))
  },
}))
