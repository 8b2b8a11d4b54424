import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { licences, runtime, write } from '../build.mjs'
import { compile } from '../compile.mjs'
import { lengths, rewrite } from '../wxss.mjs'
import { fixture } from './phone.mjs'

const made = []
after(() => made.forEach((folder) => rmSync(folder, { recursive: true })))

/** A copy of the fixture elsewhere, with some files changed. */
function project(changes = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'phone-'))
  made.push(folder)
  cpSync(fixture, folder, { recursive: true })
  for (const [file, text] of Object.entries(changes)) writeFileSync(path.join(folder, file), text)
  return folder
}

test('compile: the same bytes wherever the project lies, with either line ends', async () => {
  const here = await compile(fixture)
  const crlf = readFileSync(path.join(fixture, 'pages/start/start.wxml'), 'utf8').replace(/\n/g, '\r\n')
  assert.ok(await compile(project({ 'pages/start/start.wxml': crlf })) === here)
})

test('the committed files are what a build makes: if not, run node miniprogram/browser/build.mjs', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'phone-'))
  made.push(folder)
  await write(path.join(fixture, '..', '..', 'example'), folder)
  for (const file of ['runtime.js', 'example.js', 'LICENSES.txt']) {
    const committed = readFileSync(path.join(fixture, '..', '..', '..', 'pkg', 'playground', 'phone', file), 'utf8')
    assert.ok(committed === readFileSync(path.join(folder, file), 'utf8'), `${file} is of another build`)
  }
  const example = readFileSync(path.join(folder, 'example.js'))
  assert.ok(example.length <= 100 * 1024 && gzipSync(example, { level: 9 }).length <= 25 * 1024, 'example.js: at most 100 KB, 25 KB gzipped')
})

test('runtime: the same bytes each time, no folder of the machine in it', async () => {
  const text = await runtime()
  assert.ok(await runtime() === text)
  assert.equal(text.includes(process.cwd()), false)
})

test('runtime: at most 200 KB, 60 KB gzipped, nothing that a strict CSP refuses', async () => {
  const text = await runtime()
  assert.ok(text.length <= 200 * 1024, `${text.length} bytes`)
  assert.ok(gzipSync(text, { level: 9 }).length <= 60 * 1024, `${gzipSync(text, { level: 9 }).length} bytes gzipped`)
  for (const code of [text, await compile(fixture)]) assert.doesNotMatch(code, /\beval\s*\(|new Function|Function\s*\(\s*["'`]/)
})

test('licences: whose code is linked, by name, version and text', () => {
  assert.match(licences(), /glass-easel 0\.12\.1[\s\S]*Permission is hereby granted[\s\S]*glass-easel-miniprogram-adapter 0\.12\.1/)
})

const faults = [
  ['WXML: a tag that does not end', { 'pages/me/me.wxml': '<view>\n  <view>\n</view>' }, /^pages\/me\/me\.wxml:\d+:\d+: /],
  ['WXML: an expression that does not parse', { 'pages/me/me.wxml': '<view>\n{{ a + }}</view>' }, /^pages\/me\/me\.wxml:2:\d+: /],
  ['JavaScript', { 'pages/me/me.js': 'Page({\n  a: ,\n})' }, /^pages\/me\/me\.js:2:6: /],
  ['JSON', { 'app.json': '{ "pages": [}' }, /^app\.json:1:\d+: not JSON/],
  ['app.json: no pages', { 'app.json': '{}' }, /^app\.json:1:1: pages is empty/],
  ['app.json: a page without files', { 'app.json': '{ "pages": ["pages/gone/gone"] }' }, /^app\.json:1:1: the page pages\/gone\/gone has no/],
  ['a component that is not there', { 'pages/me/me.json': '{ "usingComponents": { "x": "./x" } }' }, /^pages\/me\/me\.json:1:1: the component x is not at pages\/me\/x/],
  ['WXSS: a brace too few', { 'app.wxss': '.a { color: red;' }, /^app\.wxss:1:4: a \{ that is never closed/],
  ['WXSS: a brace too many', { 'app.wxss': '.a {}\n}' }, /^app\.wxss:2:1: unexpected \}/],
  ['WXSS: an import that is not there', { 'app.wxss': '\n@import "./gone.wxss";' }, /^app\.wxss:2:1: @import of \.\/gone\.wxss: not found/],
  ['WXSS: imports in a circle', { 'shared.wxss': '@import "app.wxss";' }, /: a circle$/],
]
for (const [name, changes, message] of faults) {
  test(`compile: ${name} is a fault with its place`, async () => {
    await assert.rejects(compile(project(changes)), { message })
  })
}

test('compile: a folder without app.json', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'phone-'))
  made.push(folder)
  await assert.rejects(compile(folder), /app\.json:1:1: not found/)
})

test('compile: what packOptions ignores stays out', async () => {
  const settings = JSON.stringify({ packOptions: { ignore: [{ type: 'folder', value: 'lib' }] } })
  assert.equal((await compile(project({ 'project.config.json': settings }))).includes('"lib/log.js":'), false)
})

const css = [
  ['rpx', '.a{width:20rpx;margin:-1.5rpx 0rpx}', {}, '.a{width:calc(var(--rpx)*20);margin:calc(var(--rpx)*-1.5) 0}'],
  ['rpx in calc, names and texts left', '.a1rpx{width:calc(100% - 2rpx);content:"3rpx"}', {}, '.a1rpx{width:calc(100% - calc(var(--rpx)*2));content:"3rpx"}'],
  ['vh and vw are the screen\'s', '.a{height:100vh;width:50vw}', {}, '.a{height:100cqh;width:50cqw}'],
  ['tags of built-in components', 'page view.a>text,button::after{color:red}', {}, 'wx-page view.a>text,button::after{color:red}'.replace('view', 'wx-view').replace('>text', '>wx-text')],
  ['a page\'s rules stay in it', '.a .b{x:y}page{z:1}', { page: 'p1' }, ':where(.p1) .a .b{x:y}wx-page:where(.p1){z:1}'],
  ['a component\'s classes and :host', ':host(.on){x:y}.a.b{z:1}', { component: 'c0' }, '[wx-host="c0"].on{x:y}.c0--a.c0--b{z:1}'],
  ['the dark theme is a class', '@media (prefers-color-scheme: dark){.a{x:y}}', {}, ':where(.wx-dark) .a{x:y}'],
  ['the dark theme among other conditions', '@media screen and (prefers-color-scheme:light) and (min-width:3px){.a{x:y}}', {}, '@media (min-width:3px){:where(.wx-light) .a{x:y}}'],
  ['keyframes are left alone', '@keyframes k{from{top:1rpx}50.5%{top:0}}', { page: 'p1' }, '@keyframes k{from{top:calc(var(--rpx)*1)}50.5%{top:0}}'],
  ['comments go', '/* } */.a{/* x */color:red}', {}, '.a{color:red}'],
  ['placeholder-class', '.pale{color:red}', { placeholders: new Set(['pale']) }, '.pale,[placeholder-class~="pale"]::placeholder{color:red}'],
]
for (const [name, source, scope, want] of css) {
  test(`WXSS: ${name}`, () => assert.equal(rewrite(source, scope), want))
}

test('WXSS: a colour that ends like a length', () => assert.equal(lengths('#12rpx url(a 3rpx)'), '#12rpx url(a 3rpx)'))
