import assert from 'node:assert/strict'
import test from 'node:test'
import { files, load } from './load.mjs'

const { words } = await load('words.js')

test('both languages have the same words', () => {
  assert.deepEqual(Object.keys(words.en).sort(), Object.keys(words.zh).sort())
})

test('both languages put the same values into a sentence', () => {
  const values = (sentence) => [...sentence.matchAll(/\{\w+\}/g)].map(([v]) => v).sort()
  for (const key of Object.keys(words.zh)) assert.deepEqual(values(words.en[key]), values(words.zh[key]), key)
})

test('every word that the page asks for exists, and every word is asked for', async () => {
  const sources = [...(await files('.html')).values(), ...[...await files('.js')].filter(([name]) => name !== 'words.js').map(([, text]) => text)].join('\n')
  const asked = [/data-t(?:-label)?="([^"]+)"/g, /\bt\('([^']+)'/g, /\bt\(\w[\w.]* \? '([^']+)' : '[^']+'/g, /\bt\(\w[\w.#]* \? '[^']+' : '([^']+)'/g]
  const names = new Set(asked.flatMap((pattern) => [...sources.matchAll(pattern)].map(([, name]) => name)))
  for (const name of names) assert.ok(name in words.zh, `${name} is asked for and has no words`)
  // A name that is put together, as t(`kind.${kind}`), asks for all that begin so.
  const beginnings = [...sources.matchAll(/`(\w+\.)\$\{/g)].map(([, beginning]) => beginning)
  const plain = [...sources.matchAll(/'([\w.]+)'/g)].map(([, name]) => name)
  const idle = []
  for (const name of Object.keys(words.zh)) {
    if (!names.has(name) && !plain.includes(name) && !beginnings.some((b) => name.startsWith(b))) idle.push(name)
  }
  assert.deepEqual(idle, [], 'nothing asks for these')
})

test('Chinese sentences have full-width punctuation', () => {
  for (const [key, sentence] of Object.entries(words.zh)) assert.doesNotMatch(sentence, /[\u4e00-\u9fff}][,;:?!()]|[,;:?!()][\u4e00-\u9fff]/, key)
})
