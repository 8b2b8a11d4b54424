// What hands do: the keyboard's last key, double taps, a tab that was left alone for a while.
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { serve } from '../../testing/serve.mjs'
import { phone } from './phone.mjs'

const password = 'correct horse battery'

let service
const phones = []
before(async () => {
  service = await serve()
})
after(async () => {
  for (const one of phones) one.stop()
  await service.stop()
})

async function start(options) {
  const one = await phone({ base: service.base, ...options })
  phones.push(one)
  return one
}

/** A new user with a phone on which they are logged in, by the keyboard alone. */
async function member(name) {
  service.addUser(name, password)
  const one = await start({ person: name })
  await one.tap('登录')
  await one.tap('我已阅读并同意')
  await one.type('用户名', name)
  await one.enter('用户名')
  await one.seeFocus('密码')
  await one.type('密码', password)
  await one.enter('密码')
  await one.see(`，${name}`)
  return one
}

test('the keyboard’s last key goes to the next field, and in the last one it does what the button does', async () => {
  const ada = await member('ada')
  await ada.tap('我的')
  await ada.tap('修改密码')
  await ada.type('原密码', password)
  await ada.enter('原密码')
  await ada.seeFocus('新密码')
  await ada.type('新密码', `${password}!`)
  await ada.enter('新密码')
  await ada.seeFocus('确认密码')
  await ada.enter('确认密码')
  await ada.see('两次输入的新密码不一致')
  await ada.type('确认密码', `${password}!`)
  await ada.enter('确认密码')
  await ada.see('保存成功')
})

test('a temporary password is replaced by the keyboard alone', async () => {
  const { temporaryPassword } = JSON.parse(service.wxbind('user', 'add', 'bea', '--role', 'demo', '--temporary', '--json'))
  const bea = await start({ person: 'bea' })
  await bea.tap('登录')
  await bea.tap('我已阅读并同意')
  await bea.type('用户名', 'bea')
  await bea.type('密码', temporaryPassword)
  await bea.enter('密码')
  await bea.see('您使用的是临时密码')
  await bea.type('新密码', password)
  await bea.enter('新密码')
  await bea.seeFocus('确认密码')
  await bea.type('确认密码', password)
  await bea.enter('确认密码')
  await bea.see('，bea')
})

test('a tap on a tab throws out who was disabled, whichever tab was shown last', async () => {
  const cat = await member('cat')
  await cat.tap('我的')
  await cat.asked('GET info')
  service.wxbind('user', 'disable', 'cat')
  await cat.tap('首页')
  await cat.see('账号已被停用')
})

test('a double tap opens one page, one dialog, one request', async () => {
  const dan = await member('dan')
  await dan.tap('我的')
  await dan.tapTwice('登录设备')
  await dan.see('本机')
  dan.back()
  await dan.see('退出登录')
  await dan.tapTwice('退出登录')
  await dan.tapTwice('退出登录')
  await dan.see('您已退出登录')
  await dan.seeNoMore('下次使用需重新登录')
  assert.equal(dan.requests().filter((request) => request.endsWith('/logout')).length, 1)
})

test('what kept a login from working is gone from every page after one that worked', async () => {
  service.addUser('eli', password)
  const eli = await start({ person: 'eli', path: 'pages/me/me', faults: { fetch: async () => { throw new Error('no network') } } })
  await eli.see('网络异常')
  eli.faults.fetch = undefined
  await eli.tap('点击登录')
  await eli.tap('我已阅读并同意')
  await eli.type('用户名', 'eli')
  await eli.type('密码', password)
  await eli.enter('密码')
  await eli.see('注销账号')
  await eli.seeNoMore('网络异常')
})
