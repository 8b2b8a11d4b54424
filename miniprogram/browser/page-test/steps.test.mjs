import assert from 'node:assert/strict'
import test from 'node:test'
import { load } from './load.mjs'

const { Pending, Steps, shows } = await load('steps.js')
const titles = (steps) => steps.flows.map((flow) => flow.steps.map((s) => s.title).join(' '))

test('the phone\'s steps and the server\'s stand in one flow, by time', () => {
  const steps = new Steps()
  steps.add({ flow: 'a', at: 10, title: 'wx.login' })
  steps.add({ flow: 'a', at: 40, title: 'storage' })
  for (const [i, title] of ['request', 'wechat', 'answer'].entries()) steps.add({ n: i + 1, flow: 'a', at: 20, title })
  assert.deepEqual(titles(steps), ['wx.login request wechat answer storage'])
})

test('a flow from before the page was opened stands before the page\'s own', () => {
  const steps = new Steps()
  steps.add({ flow: 'mine', at: 100, title: 'launch' })
  steps.add({ n: 1, flow: 'old', at: 50, title: 'request' })
  assert.deepEqual(titles(steps), ['request', 'launch'])
})

test('a step that the server sends again is not shown again', () => {
  const steps = new Steps()
  assert.ok(steps.add({ n: 7, flow: 'a', at: 10, title: 'x' }))
  assert.equal(steps.add({ n: 7, flow: 'a', at: 10, title: 'x' }), undefined)
})

test('a server that was started anew counts from 1 again, and its steps are new', () => {
  const steps = new Steps()
  steps.add({ n: 1, flow: 'a', at: 10, title: 'x' })
  assert.ok(steps.add({ n: 1, flow: 'b', at: 99, title: 'y' }))
})

test('what an operator did has no flow, and each deed stands alone', () => {
  const steps = new Steps()
  steps.add({ n: 1, flow: '', at: 10, title: 'disable' })
  steps.add({ n: 2, flow: '', at: 20, title: 'enable' })
  assert.deepEqual(titles(steps), ['disable', 'enable'])
})

test('flows that turn out to belong together become one, also for what comes later', () => {
  const steps = new Steps()
  steps.add({ flow: 'sheet', at: 10, title: 'phone' })
  steps.add({ flow: 'login', at: 20, title: 'wx.login' })
  steps.join('login', 'sheet')
  steps.add({ flow: 'login', at: 30, title: 'answer' })
  assert.deepEqual(titles(steps), ['phone wx.login answer'])
})

test('the oldest flows go when there are too many steps, never the newest', () => {
  const steps = new Steps(4)
  for (let i = 0; i < 6; i++) steps.add({ flow: `f${i >> 1}`, at: i, title: String(i) })
  assert.deepEqual(titles(steps), ['2 3', '4 5'])
  for (let i = 0; i < 6; i++) steps.add({ flow: 'long', at: 10 + i, title: 'x' })
  assert.deepEqual(steps.flows.map((f) => f.id), ['long'])
})

test('a request finds the flows of the codes that it carries, each once', () => {
  const pending = new Pending()
  pending.gave('phone-alice-1', 'sheet')
  pending.gave('alice-2', 'login')
  assert.deepEqual(pending.flowsOf('{"code":"alice-2","phoneCode":"phone-alice-1"}'), ['sheet', 'login'])
  assert.deepEqual(pending.flowsOf('{"code":"alice-2"}'), [])
})

test('a filter shows all, failures, or one kind', () => {
  const step = { kind: 'wechat', ok: false }
  assert.deepEqual(['all', 'failed', 'wechat', 'store'].map((f) => shows(f, step)), [true, true, true, false])
})
