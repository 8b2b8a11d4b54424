import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import test from 'node:test'
import { bound, failure, routes, unbound } from './answers.mjs'
import { Phone } from './phone.mjs'

async function unboundPhone(server = routes({ checkBind: unbound(), bindPhone: bound(1) })) {
  const phone = new Phone({ server })
  const wxbind = phone.create()
  wxbind.ready()
  await phone.clock.advance(100)
  phone.log = []
  return { phone, wxbind }
}

test('two taps on the button for the phone number: one request, and the button knows when it is busy', async () => {
  const { phone, wxbind } = await unboundPhone()
  const busy = []
  const options = { onBusy: is => busy.push(is) }
  const taps = [1, 2].map(n => wxbind.phoneButton({ detail: { code: `phone-alice-${n}` } }, options))
  assert.deepEqual(busy, [true])
  await phone.clock.advance(100)
  assert.equal((await taps[0]).state, 'bound')
  assert.equal(await taps[1], await taps[0])
  assert.deepEqual(busy, [true, false])
  assert.equal(phone.count('POST /mobileApi/user/bindPhone'), 1)
  assert.equal(phone.requests.at(-1).data.phoneCode, 'phone-alice-1')
})

test('after password_required the same phoneCode is sent with the password and a fresh code', async () => {
  const { phone, wxbind } = await unboundPhone(routes({ checkBind: unbound(), bindPhone: [failure('password_required', 'none'), bound(1)] }))
  const event = { detail: { code: 'phone-alice-1' } }
  const first = assert.rejects(wxbind.phoneButton(event), { error: 'password_required' })
  await phone.clock.advance(100)
  await first
  const second = wxbind.phoneButton(event, { password: 'p' })
  await phone.clock.advance(100)
  assert.equal((await second).state, 'bound')
  assert.deepEqual(phone.requests.at(-1).data, { code: 'alice-3', phoneCode: 'phone-alice-1', password: 'p' })
})

const refusals = {
  'no quota left': { errno: 1400001, errMsg: 'getPhoneNumber:fail' },
  'refused': { errno: 103, errMsg: 'getPhoneNumber:fail user deny' },
  'privacy terms refused': { errno: 104, errMsg: 'getPhoneNumber:fail privacy permission is not authorized' },
  'not declared in the console': { errno: 112, errMsg: 'getPhoneNumber:fail api scope is not declared in the privacy agreement' },
  'refused, on an older base library': { errMsg: 'getPhoneNumber:fail user deny' },
}
for (const [name, detail] of Object.entries(refusals)) {
  test(`the button gives no code: ${name}`, async () => {
    const { phone, wxbind } = await unboundPhone()
    const busy = []
    const tap = assert.rejects(wxbind.phoneButton({ detail }, { onBusy: is => busy.push(is) }), e => {
      assert.deepEqual([e.error, e.action, e.msg, e.errno], ['phone_refused', 'none', '未获取到手机号', detail.errno])
      return true
    })
    await phone.clock.advance(100)
    await tap
    assert.deepEqual(busy, [true, false])
    assert.deepEqual(phone.log, [])
  })
}

test('goLogin opens the login page once, however many ask; nothing is in its address', async () => {
  const { phone, wxbind } = await unboundPhone()
  wxbind.goLogin()
  wxbind.goLogin()
  await phone.clock.advance(100)
  wxbind.goLogin()
  await phone.clock.advance(100)
  assert.deepEqual(phone.log, ['navigateTo /pages/login/login'])
})

test('goLogin opens it again after the person went back', async () => {
  const { phone, wxbind } = await unboundPhone()
  wxbind.goLogin()
  await phone.clock.advance(100)
  phone.pages = ['pages/index/index']
  wxbind.goLogin()
  await phone.clock.advance(100)
  assert.equal(phone.count('navigateTo /pages/login/login'), 2)
})

test('goLogin with ten pages open takes the place of the last', async () => {
  const { phone, wxbind } = await unboundPhone()
  phone.navigationFails = name => name === 'navigateTo'
  wxbind.goLogin()
  await phone.clock.advance(100)
  assert.deepEqual(phone.log, ['navigateTo /pages/login/login', 'redirectTo /pages/login/login'])
})

test('backFromLogin returns to the page that asked, or opens the home page', async () => {
  const { phone, wxbind } = await unboundPhone()
  wxbind.backFromLogin()
  await phone.clock.advance(100)
  phone.navigationFails = name => name === 'navigateBack'
  wxbind.backFromLogin('/pages/home/home')
  await phone.clock.advance(100)
  assert.deepEqual(phone.log, ['navigateBack', 'navigateBack', 'reLaunch /pages/home/home'])
})

const { uni, taro } = createRequire(import.meta.url)('../dist/platforms.js')
const platforms = {
  'uni-app built for WeChat': [wx => uni({ ...wx, getSystemInfoSync: () => ({ uniPlatform: 'mp-weixin' }) }), 'unbound'],
  'uni-app built for Alipay': [wx => uni({ ...wx, getSystemInfoSync: () => ({ uniPlatform: 'mp-alipay' }) }), 'unavailable'],
  'uni-app in a browser': [wx => uni({ ...wx, getSystemInfoSync: () => ({ uniPlatform: 'web' }) }), 'unavailable'],
  'Taro built for WeChat': [wx => taro({ ...wx, getEnv: () => 'WEAPP' }), 'unbound'],
  'Taro built for Alipay': [wx => taro({ ...wx, getEnv: () => 'ALIPAY' }), 'unavailable'],
}
for (const [name, [adapter, state]] of Object.entries(platforms)) {
  test(`${name}: ${state}`, async () => {
    const phone = new Phone({ server: routes({ checkBind: unbound() }) })
    const { createWxbind } = phone.launch()
    const wxbind = createWxbind({ baseURL: 'https://api.example.com', adapter: adapter(phone.wx) })
    wxbind.ready()
    await phone.clock.advance(1000)
    assert.equal(wxbind.standing.state, state)
  })
}

test("Taro's promises beside its callbacks leave no rejection behind", async () => {
  const phone = new Phone()
  const { createWxbind } = phone.launch()
  const rejecting = options => {
    options.fail({ errMsg: 'login:fail' })
    return Promise.reject(new Error('login:fail'))
  }
  const wxbind = createWxbind({ baseURL: 'https://api.example.com', adapter: taro({ ...phone.wx, login: rejecting, getEnv: () => 'WEAPP' }) })
  wxbind.ready()
  await phone.clock.advance(1000)
  assert.equal(wxbind.standing.failure.error, 'login_failed')
})
