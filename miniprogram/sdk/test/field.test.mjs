// The client that stands in the field: an app.js written by hand, as the contract has it. The service must serve it unchanged, beside the SDK.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import vm from 'node:vm'
import { serve } from '../../testing/serve.mjs'

const appJS = `
App({
  globalData: {},
  onLaunch() {
    wx.login({
      success: res => {
        wx.request({
          url: BASE + '/mobileApi/user/checkBind',
          data: { code: res.code },
          success: ({ data }) => {
            if (data.code == 301) {
              wx.navigateTo({ url: '/pages/login/login?openId=' + data.openId })
            } else if (data.code == 1) {
              wx.setStorageSync('token', data.token)
              this.globalData.userInfo = data.userInfo
              this.globalData.menuList = data.menuList
            } else {
              wx.showToast({ title: data.msg, icon: 'none' })
            }
            if (this.checkBindCallback) this.checkBindCallback(data)
          },
        })
      },
    })
  },
})`

const loginPage = `
Page({
  onLoad(query) { this.openId = query.openId },
  submit(username, password) {
    wx.login({
      success: res => wx.request({
        url: BASE + '/mobileApi/user/bind',
        method: 'POST',
        data: { code: res.code, openId: this.openId, username, password },
        success: ({ data }) => {
          if (data.code == 1) { wx.setStorageSync('token', data.token); this.done(data) }
          else { wx.showToast({ title: data.msg, icon: 'none' }); this.done(data) }
        },
      }),
    })
  },
})`

let service
before(async () => {
  service = await serve()
})
after(() => service.stop())

let codes = 0

/** run starts a script of a mini-program, and gives its App or Page, and what it did. */
function run(script, person) {
  const seen = { opened: [], toasts: [], storage: {} }
  const wx = {
    login: ({ success }) => success({ code: person === undefined ? 'the code is a mock one' : `${person}-${++codes}` }),
    async request({ url, method = 'GET', data, success }) {
      const query = method === 'GET' ? '?' + new URLSearchParams(data) : ''
      const body = method === 'GET' ? undefined : JSON.stringify(data)
      const response = await fetch(url + query, { method, body, headers: { 'content-type': 'application/json' } })
      success({ statusCode: response.status, data: await response.json() })
    },
    navigateTo: ({ url }) => seen.opened.push(url),
    showToast: ({ title }) => seen.toasts.push(title),
    setStorageSync: (key, value) => (seen.storage[key] = value),
  }
  let made
  vm.runInNewContext(script, { wx, BASE: service.base, App: app => (made = app), Page: page => (made = page) })
  return { made, seen }
}

/** launched waits for the app's checkBindCallback, as a page of it does. */
function launched(person) {
  const { made: app, seen } = run(appJS, person)
  return new Promise(resolve => {
    app.checkBindCallback = data => resolve({ app, seen, data })
    app.onLaunch()
  })
}

function submitted(openId, person, password) {
  const { made: page, seen } = run(loginPage, person)
  return new Promise(resolve => {
    page.done = data => resolve({ seen, data })
    page.onLoad({ openId })
    page.submit('demo', password)
  })
}

test('301 opens the login page with the openId, bind logs in, 1 keeps token, userInfo and menuList', async () => {
  const first = await launched('ivan')
  assert.deepEqual(first.seen.opened, [`/pages/login/login?openId=${first.data.openId}`])
  const bind = await submitted(first.data.openId, 'ivan', service.demo.password)
  assert.match(bind.seen.storage.token, /^wxb_/)
  const second = await launched('ivan')
  assert.match(second.seen.storage.token, /^wxb_/)
  assert.equal(second.app.globalData.userInfo.username, 'demo')
  assert.deepEqual(second.app.globalData.menuList.map(menu => menu.name), ['首页', '我的'])
  assert.deepEqual(second.seen.opened, [])
})

test('0 shows msg', async () => {
  const { seen, data } = await launched('err40226')
  assert.equal(data.code, 0)
  assert.deepEqual(seen.toasts, [data.msg])
  assert.match(data.msg, /\p{Script=Han}/u)
})

test('a planted openId binds nobody', async () => {
  const { data } = await launched('mallory')
  const { seen } = await submitted(data.openId, 'peggy', service.demo.password)
  assert.equal(seen.storage.token, undefined)
  assert.equal(seen.toasts.length, 1)
})
