const { createWxbind } = require('./lib/wxbind.js')
const config = require('./config.js')
const { lang } = require('./words.js')

App({
  // Every page waits on wxbind.ready(), so that one login serves them all.
  wxbind: createWxbind({ baseURL: config.baseURL, appId: config.appId || undefined, lang }),

  onLaunch() {
    this.wxbind.ready()
  },
})
