import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settle, start } from './phone.mjs'

/** The form page of the fixture. */
async function form(options) {
  const phone = await start({ launch: { path: 'pages/form/form' }, ...options })
  return Object.assign(phone, { last: () => phone.log().at(-1) })
}

test('text and data: {{}} and setData, also by path', async () => {
  const phone = await start()
  assert.equal(phone.text('.head'), '你好，0')
  await phone.tap('#add')
  assert.equal(phone.text('.head'), '你好，2')
  assert.equal(phone.text('.row'), '0 丙')
})

test('text keeps its line ends', async () => {
  const phone = await start()
  assert.equal(phone.text('wx-text'), '一行\n两行')
})

test('data-*: currentTarget has those of the element that listens', async () => {
  const phone = await start()
  await phone.tap(phone.all('.row wx-text')[1])
  assert.deepEqual(phone.log().at(-1), ['row', 8])
})

test('aria: aria-role becomes a role, other aria attributes stay', async () => {
  const phone = await start()
  assert.equal(phone.get('.head').getAttribute('role'), 'heading')
  assert.equal(phone.get('.head').getAttribute('aria-level'), '2')
})

test('keyboard: what listens for taps can be reached, Enter and blank tap it', async () => {
  const phone = await start()
  const row = phone.get('.row')
  assert.equal(row.tabIndex, 0)
  assert.equal(row.getAttribute('role'), 'button')
  await phone.key(row, 'Enter')
  await phone.key(row, ' ')
  assert.deepEqual(phone.log().slice(-2), [['row', 7], ['row', 7]])
})

test('a component: properties, a slot, a behavior, events', async () => {
  const phone = await start()
  assert.equal(phone.text('.c0--title'), '卡片 大')
  assert.equal(phone.text('card'), '卡片 大槽')
  await phone.tap('.c0--box')
  assert.deepEqual(phone.log().at(-1), ['opened', '卡片'])
})

test('a component: :host names its element', async () => {
  const phone = await start()
  assert.equal(phone.window.getComputedStyle(phone.get('card')).display, 'block')
})

test('image: a file of the project, with a mode', async () => {
  const phone = await start()
  assert.match(phone.get('wx-image img').src, /^data:image\/svg\+xml;base64,/)
  assert.equal(phone.get('wx-image').getAttribute('mode'), 'aspectFit')
})

test('style attribute: rpx is a length', async () => {
  const phone = await start()
  assert.match(phone.get('wx-image').getAttribute('style'), /width: calc\(var\(--rpx\)\*40\)/)
})

test('navigator: opens its url', async () => {
  const phone = await start()
  await phone.tap('#nav')
  assert.equal(phone.text('.far'), 'a b')
})

test('input: model:value, bindinput with value and cursor', async () => {
  const phone = await form()
  await phone.type('#name', '张三')
  assert.deepEqual(phone.last(), ['typed', { value: '张三', cursor: 2, keyCode: 8 }])
  assert.equal(phone.pages()[0].data.name, '张三')
})

test('input: the page sets another value', async () => {
  const phone = await form()
  await phone.type('#name', '张三')
  phone.pages()[0].setData({ name: '李四' })
  assert.equal(phone.get('#name').value, '李四')
})

test('input: bindconfirm at Enter', async () => {
  const phone = await form()
  await phone.type('#name', '王')
  await phone.key(phone.get('#name'), 'Enter')
  assert.deepEqual(phone.last(), ['confirmed', { value: '王' }])
})

test('input: maxlength, and 140 without one', async () => {
  const phone = await form()
  assert.equal(phone.get('#name').maxLength, 8)
  assert.equal(phone.get('[name=age]').maxLength, 140)
})

test('input: types', async () => {
  const phone = await form()
  assert.equal(phone.get('[name=secret]').type, 'password')
  assert.equal(phone.get('[name=age]').inputMode, 'numeric')
  assert.equal(phone.get('[name=nick]').autocomplete, 'nickname')
  phone.pages()[0].setData({ hidden: false })
  await settle()
  assert.equal(phone.get('[name=secret]').type, 'text')
})

test('label: for puts the focus into its field', async () => {
  const phone = await form()
  await phone.tap('label')
  assert.equal(phone.window.document.activeElement, phone.get('#name'))
})

test('form: submit with the values of named fields', async () => {
  const phone = await form()
  await phone.type('#name', '张三')
  await phone.type('[name=secret]', 's')
  await phone.tap('#submit')
  assert.deepEqual(phone.last(), ['submit', { name: '张三', secret: 's', age: '3', nick: '', likes: ['tea'], size: '', on: false, city: 0 }])
})

test('form: reset gives the first values back', async () => {
  const phone = await form()
  await phone.type('#name', '张三')
  await phone.tap('.rice')
  await phone.tap('#reset')
  assert.deepEqual(phone.last(), ['reset', {}])
  await phone.tap('#submit')
  assert.deepEqual(phone.last()[1].likes, ['tea'])
  assert.equal(phone.last()[1].name, '')
})

test('checkbox: a tap on its label ticks it once', async () => {
  const phone = await form()
  await phone.tap('.rice')
  assert.deepEqual(phone.log().filter(([name]) => name === 'liked'), [['liked', { value: ['tea', 'rice'] }]])
})

test('radio: one of a group', async () => {
  const phone = await form()
  await phone.tap(phone.all('wx-radio input')[0])
  await phone.tap(phone.all('wx-radio input')[1])
  assert.deepEqual(phone.last(), ['sized', { value: 'l' }])
  assert.deepEqual(phone.all('wx-radio input').map((r) => r.checked), [false, true])
})

test('switch: a real switch with its label', async () => {
  const phone = await form()
  const toggle = phone.get('wx-switch input')
  assert.equal(toggle.getAttribute('role'), 'switch')
  assert.equal(toggle.getAttribute('aria-label'), '开关')
  await phone.tap(toggle)
  assert.deepEqual(phone.last(), ['switched', { value: true }])
})

test('picker: a list from below, the chosen index', async () => {
  const phone = await form()
  await phone.tap('.city')
  assert.deepEqual(phone.all('.wx-sheet-item').map((i) => i.textContent), ['北京', '上海', '取消'])
  await phone.tap(phone.all('.wx-sheet-item')[1])
  assert.deepEqual(phone.last(), ['picked', { value: '1' }])
  assert.equal(phone.text('.city'), '上海')
})

test('button: getPhoneNumber with a code, after agreePrivacyAuthorization', async () => {
  const phone = await form()
  await phone.tap('#phone')
  assert.deepEqual(phone.log().slice(-2).map(([name]) => name).sort(), ['agreed', 'phoned'])
  assert.deepEqual(phone.log().find(([name]) => name === 'phoned')[1], { errMsg: 'getPhoneNumber:ok', errno: 0, code: 'phone-1' })
})

test('button: getPhoneNumber refused, with errno', async () => {
  const phone = await form({ phoneCode: async () => ({ errno: 103, errMsg: 'getPhoneNumber:fail user deny' }) })
  await phone.tap('#phone')
  assert.deepEqual(phone.log().find(([name]) => name === 'phoned')[1], { errno: 103, errMsg: 'getPhoneNumber:fail user deny' })
})

test('button: getRealtimePhoneNumber tells its own event', async () => {
  const phone = await form()
  await phone.tap('#realtime')
  assert.equal(phone.last()[1].errMsg, 'getRealtimePhoneNumber:ok')
})

test('button: chooseAvatar gives a picture', async () => {
  const phone = await form()
  await phone.tap('#avatar')
  await phone.tap(phone.all('.wx-sheet-item')[0])
  assert.match(phone.last()[1].avatarUrl, /^data:image/)
})

test('button: disabled is not tapped', async () => {
  const phone = await form()
  await phone.tap('#off')
  assert.equal(phone.log().some(([name]) => name === 'never'), false)
})

test('button: loading comes and goes', async () => {
  const phone = await form()
  assert.equal(phone.get('#busy').getAttribute('aria-busy'), 'true')
  phone.pages()[0].setData({ busy: false })
  assert.equal(phone.get('#busy').hasAttribute('loading'), false)
})

test('attributes that are on or off: what is undefined is off', async () => {
  const phone = await form()
  const button = phone.get('#unset')
  assert.deepEqual([button.disabled, button.hasAttribute('loading'), phone.get('#tick').hidden], [false, false, false])
})

test('data-*: names in camel case; the target has its id', async () => {
  const phone = await form()
  await phone.tap('#unset')
  assert.deepEqual(phone.last(), ['unset', { longName: '长' }, 'unset'])
})

test('aria: true and false are said', async () => {
  const phone = await form()
  assert.equal(phone.get('#tick').getAttribute('aria-checked'), 'false')
  phone.pages()[0].setData({ ticked: true })
  assert.equal(phone.get('#tick').getAttribute('aria-checked'), 'true')
})

test('taps: bind bubbles, catch does not', async () => {
  const phone = await form()
  await phone.tap('.inner')
  assert.deepEqual(phone.log().filter(([n]) => n === 'inner' || n === 'outer').map(([n]) => n), ['inner'])
  await phone.tap('.loose')
  assert.deepEqual(phone.log().filter(([n]) => n === 'inner' || n === 'outer').map(([n]) => n), ['inner', 'inner', 'outer'])
})

test('taps: not after a drag', async () => {
  const phone = await form()
  const mouse = (type, clientX) => phone.get('.inner').dispatchEvent(new phone.window.MouseEvent(type, { clientX, detail: 1, bubbles: true }))
  for (const to of [30, 3]) {
    mouse('pointerdown', 0)
    mouse('click', to)
  }
  assert.equal(phone.log().filter(([n]) => n === 'inner').length, 1)
})

test('touches: touchstart and touchend of a pointer, with where it is', async () => {
  const phone = await form()
  for (const type of ['pointerdown', 'pointerup']) phone.get('.touched').dispatchEvent(new phone.window.MouseEvent(type, { clientX: 5, bubbles: true }))
  assert.deepEqual(phone.log().slice(-2), [['touchstart', 1, 5], ['touchend', 0, 5]])
})

test('scroll-view: bindscroll', async () => {
  const phone = await form()
  phone.get('wx-scroll-view').dispatchEvent(new phone.window.Event('scroll'))
  assert.equal(phone.last()[0], 'scrolled')
})

test('hover-class: while it is held', async () => {
  const phone = await form()
  const held = phone.get('.held')
  held.dispatchEvent(new phone.window.Event('pointerdown', { bubbles: true }))
  assert.equal(held.classList.contains('holding'), true)
  phone.window.dispatchEvent(new phone.window.Event('pointerup'))
  await settle()
  assert.equal(held.classList.contains('holding'), false)
})

test('icon, progress, swiper and textarea are drawn', async () => {
  const phone = await form()
  assert.equal(phone.get('wx-icon').getAttribute('type'), 'warn')
  assert.equal(phone.get('wx-progress div').style.width, '40%')
  assert.equal(phone.all('wx-swiper-item').length, 2)
  assert.equal(phone.get('textarea').value, '便条')
})
