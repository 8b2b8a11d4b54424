import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import test from 'node:test'
import vm from 'node:vm'
import { transform } from 'esbuild'
import { bundle } from '../../sdk/build.mjs'
import { json, load, packed, read, root } from './project.mjs'

const { TmplGroup } = createRequire(import.meta.url)('glass-easel-template-compiler')
const app = json('app.json')
const files = packed()
const of = (ext) => files.filter((file) => file.endsWith(ext))

test('every page of app.json has its four files, and no other page lies about', () => {
  const lying = [...new Set(files.filter((file) => file.startsWith('pages/')).map((file) => file.replace(/\.\w+$/, '')))]
  assert.deepEqual(lying.sort(), [...app.pages].sort())
  for (const page of app.pages) for (const ext of ['js', 'json', 'wxml', 'wxss']) assert.ok(files.includes(`${page}.${ext}`), `${page}.${ext}`)
})

test('the devtools open the folder as it is', () => {
  const project = json('project.config.json')
  assert.equal(project.appid, 'touristappid')
  assert.equal(project.compileType, 'miniprogram')
  assert.equal(project.setting.urlCheck, false, 'http://127.0.0.1 is no registered domain')
  assert.match(project.libVersion, /^\d+\.\d+\.\d+$/)
  assert.ok(!existsSync(path.join(root, 'project.private.config.json')), 'each developer has their own')
  assert.equal(app.__usePrivacyCheck__, true)
  assert.equal(app.darkmode, true)
  assert.ok(files.includes(app.sitemapLocation) && files.includes(app.themeLocation))
})

test('the themes have the same names, and app.json uses them all', () => {
  const { light, dark } = json(app.themeLocation)
  const used = [...JSON.stringify(app).matchAll(/"@(\w+)"/g)].map(([, name]) => name)
  assert.deepEqual(Object.keys(light).sort(), [...new Set(used)].sort())
  assert.deepEqual(Object.keys(dark), Object.keys(light))
})

test('the tab bar switches between two pages, each with an icon of 81 by 81 pixels', () => {
  assert.deepEqual(app.tabBar.list.map((tab) => tab.pagePath), ['pages/index/index', 'pages/me/me'])
  for (const { iconPath, selectedIconPath } of app.tabBar.list) {
    for (const icon of [iconPath, selectedIconPath]) {
      const png = readFileSync(path.join(root, icon))
      assert.equal(png.toString('latin1', 1, 4), 'PNG', icon)
      assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [81, 81], icon)
      assert.ok(png.length < 4096, icon)
    }
  }
})

test('the main package is under 200 KB', () => {
  const size = files.reduce((sum, file) => sum + statSync(path.join(root, file)).size, 0)
  assert.ok(size < 200 * 1024, `${size} bytes`)
})

test('the WXML compiles', () => {
  const group = new TmplGroup()
  const faults = of('.wxml').flatMap((file) => group.addTmpl(file.slice(0, -5), read(file))
    .filter((fault) => fault.level !== 'Note').map((fault) => `${file}:${fault.startLine + 1}: ${fault.message}`))
  assert.deepEqual(faults, [])
  assert.ok(group.getTmplGenObjectGroups().length > 0)
  group.free()
})

test('the JavaScript is CommonJS of ES2018 at most', async (t) => {
  for (const file of of('.js')) {
    await t.test(file, async () => {
      const source = read(file)
      new vm.Script(`(function () { 'use strict';${source}\n})`, { filename: file }) // import and export are errors here
      const as = async (target) => (await transform(source, { target })).code
      assert.equal(await as('es2018'), await as('esnext'), 'newer syntax')
      assert.doesNotMatch(source, /\bnew Proxy\b|\beval\(|\bnew Function\b|\bfetch\(|\bnew URL\b/, 'a mini-program has none')
    })
  }
})

test('lib/wxbind.js is the SDK as it is built now; `node miniprogram/sdk/build.mjs --example` copies it', async () => {
  assert.ok(read('lib/wxbind.js') === (await bundle('wxbind')).commonJS)
})

test('the SDK parses as ES2015', async () => {
  const source = read('lib/wxbind.js')
  const as = async (target) => (await transform(source, { target })).code
  assert.equal(await as('es2015'), await as('esnext'))
})

/** The WXML of a page with that of the templates which it uses. */
function drawn(page) {
  const wxml = read(`${page}.wxml`)
  const templates = new Map([...read('templates/state.wxml').matchAll(/<template name="([\w-]+)">([\s\S]*?)<\/template>/g)].map(([, name, body]) => [name, body]))
  return wxml + [...wxml.matchAll(/\bis="([\w-]+)"/g)].map(([, name]) => {
    assert.ok(templates.has(name), `${page}: no template ${name}`)
    return templates.get(name)
  }).join('')
}

test('every handler and every word that a page draws exists', async (t) => {
  const { words } = load('words.js').exports
  for (const page of app.pages) {
    await t.test(page, () => {
      const [definition] = load(`${page}.js`).registered
      const wxml = drawn(page)
      for (const [, handler] of wxml.matchAll(/\s(?:bind|catch)[\w:]+="([^"]+)"/g)) assert.equal(typeof definition[handler], 'function', handler)
      for (const [, word] of wxml.matchAll(/\bt\.(\w+)/g)) assert.ok(words[word], `t.${word}`)
    })
  }
})

test('whatever can be tapped has a role for a screen reader', () => {
  for (const file of of('.wxml')) {
    for (const [tag] of read(file).matchAll(/<view[^>]*\bbindtap=[^>]*>/g)) assert.match(tag, /aria-role=/, `${file}: ${tag}`)
    for (const [tag] of read(file).matchAll(/<input[^>]*>/g)) assert.match(tag, /aria-label=/, `${file}: ${tag}`)
  }
})

test('nothing secret and no openId stands in a page’s address or in the package', () => {
  for (const file of [...of('.js'), ...of('.wxml')].filter((file) => file !== 'lib/wxbind.js')) {
    assert.doesNotMatch(read(file), /openId=|AppSecret|wxb_/i, file)
  }
})
