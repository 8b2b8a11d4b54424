import assert from 'node:assert/strict'
import { webcrypto } from 'node:crypto'
import test from 'node:test'
import { load } from './load.mjs'

globalThis.crypto ??= webcrypto // Node 18

const { phoneStorage } = await load('keep.js')
const { Codes, personName, phoneEnd } = await load('codes.js')

// box is a Storage as a browser's.
function box() {
  const all = new Map()
  return { getItem: (k) => all.get(k) ?? null, setItem: (k, v) => void all.set(k, v), removeItem: (k) => void all.delete(k), key: (i) => [...all.keys()][i], get length() { return all.size } }
}

test('each person, device and mini-program has a storage of its own', () => {
  const shared = box()
  const alice = { person: 'alice', device: 'iphone', app: 'wx1' }
  const others = [{ ...alice, person: 'bob' }, { ...alice, device: 'second' }, { ...alice, app: 'wx2' }]
  const mine = phoneStorage(alice, undefined, shared)
  mine.set('token', 'secret')
  for (const who of others) {
    const theirs = phoneStorage(who, undefined, shared)
    assert.equal(theirs.get('token'), undefined)
    assert.deepEqual(theirs.keys(), [])
  }
  assert.deepEqual(phoneStorage(alice, undefined, shared).keys(), ['token'])
  mine.remove('token')
  assert.equal(mine.get('token'), undefined)
})

test('writing and removing are told, removing nothing is not', () => {
  const told = []
  const storage = phoneStorage({ person: 'a', device: 'b', app: 'c' }, (...what) => told.push(what.join(' ')), box())
  storage.set('token', '1')
  storage.remove('token')
  storage.remove('token')
  assert.deepEqual(told, ['set token', 'remove token'])
})

for (const [fault, login, phone] of [
  ['none', /^alice-\d{16}$/, /^phone-alice-\d{16}$/],
  ['busy', /^busy-alice-\d{16}$/, /^phone-busy-alice-\d{16}$/],
  ['slow', /^slow2s-alice-\d{16}$/, /^phone-slow2s-alice-\d{16}$/],
  ['limit', /^err45011-\d{16}$/, /^phone-err45011-\d{16}$/],
]) {
  test(`codes with the fault ${fault}`, () => {
    const codes = new Codes('alice', (name) => name === fault)
    assert.match(codes.login(), login)
    assert.match(codes.phone(), phone)
  })
}

test('a code that comes twice is the last one', () => {
  let twice = false
  const codes = new Codes('alice', (name) => twice && name === 'twice')
  const first = codes.login()
  twice = true
  assert.equal(codes.login(), first)
})

test('without a network wx.login fails as WeChat\'s', () => {
  assert.throws(() => new Codes('alice', (name) => name === 'offline').login(), { errno: 600001 })
})

test('a person\'s name is part of a code, and no word that means something there', () => {
  for (const good of ['alice', 'bob_2', 'Zoe']) assert.match(good, personName)
  for (const bad of ['', 'a-b', 'phone', 'busy', 'slow2s', 'http503', 'err40029', '<b>', '名字', 'x'.repeat(25)]) assert.doesNotMatch(bad, personName)
})

test('the sheet shows the end of the number that the stand-in will give', async () => {
  assert.equal(await phoneEnd('alice'), '4332') // wechattest.PhoneNumber("alice")
})
