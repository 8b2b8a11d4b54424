import assert from 'node:assert/strict'
import test from 'node:test'
import { load, packed, read } from './project.mjs'

const { table } = load('words.js').exports
const files = packed()
const sources = (ext) => files.filter((file) => file.endsWith(ext) && file !== 'lib/wxbind.js' && file !== 'words.js').map(read).join('\n')

test('every word is there in Chinese and in English, with the same gaps', () => {
  const gaps = (text) => (text.match(/\{\w+\}/g) || []).sort()
  for (const [key, pair] of Object.entries(table)) {
    assert.equal(pair.length, 2, key)
    for (const text of pair) assert.ok(typeof text === 'string' && text.trim(), key)
    assert.deepEqual(gaps(pair[0]), gaps(pair[1]), key)
    assert.match(pair[0], /\p{Script=Han}/u, key)
    assert.doesNotMatch(pair[1], /\p{Script=Han}/u, key)
  }
})

test('Chinese has the punctuation of Chinese', () => {
  const chinese = [...Object.values(table).map(([zh]) => zh), ...sources('.wxml').split('\n').filter((line) => /\p{Script=Han}/u.test(line) && !line.startsWith('<!--'))]
  for (const text of chinese) assert.doesNotMatch(text, /\p{Script=Han}\s*[,.;:!?()]|[,;:!?()]\s*\p{Script=Han}/u, text)
})

test('every word is used, and every word that is used exists', () => {
  const code = sources('.js')
  const used = new Set([...(code + sources('.wxml')).matchAll(/\b(?:words|t)\.(\w+)/g)].map(([, key]) => key))
  for (const [, key] of code.matchAll(/title: '(\w+)'/g)) used.add(key)
  const reasons = ['session_expired', 'session_revoked', 'session_replaced', 'session_invalid', 'user_disabled', 'binding_removed', 'logged_out', 'deleted']
  for (const reason of reasons) used.add(reason)
  assert.deepEqual([...used].filter((key) => !table[key] && key !== 'js'), [])
  assert.deepEqual(Object.keys(table).filter((key) => !used.has(key)), [])
})

test('the buttons of a dialog have at most the four characters that WeChat allows', () => {
  const keys = [...sources('.js').matchAll(/confirmText: words\.(\w+)/g)].map(([, key]) => key)
  assert.ok(keys.length > 5)
  for (const key of [...keys, 'yes', 'no']) assert.ok(table[key][0].length <= 4, key)
  for (const key of ['yes', 'no']) assert.ok(table[key][1].length <= 4, key)
})

const languages = { zh_CN: 'zh', zh_TW: 'zh', en: 'en', fr: 'en' }
for (const [language, expected] of Object.entries(languages)) {
  test(`a phone in ${language} shows ${expected}`, () => {
    const { lang, words, fill } = load('words.js', language).exports
    assert.equal(lang, expected)
    assert.equal(fill(words.retryIn, { n: 3 }), expected === 'zh' ? '3 秒后可重试' : 'Try again in 3 s')
  })
}
