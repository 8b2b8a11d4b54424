import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { transformSync } from 'esbuild'
import { generate } from '../generate.mjs'

const require = createRequire(import.meta.url)
const sdk = fileURLToPath(new URL('..', import.meta.url))
const read = name => readFileSync(join(sdk, name), 'utf8')
const manifest = JSON.parse(read('package.json'))
const folder = mkdtempSync(join(tmpdir(), 'wxbind-sdk-'))
after(() => rmSync(folder, { recursive: true, force: true }))

test('the one file has at most 6 KB', () => {
  const file = readFileSync(join(sdk, manifest.main))
  assert.ok(file.length <= 6144, `${file.length} bytes`)
  assert.ok(gzipSync(file, { level: 9 }).length <= 3200)
})

for (const name of ['wxbind.js', 'wxbind.mjs', 'platforms.js', 'platforms.mjs']) {
  test(`${name} has the syntax of ES2015, and nothing that mini-programs lack`, () => {
    const code = read(`dist/${name}`)
    const printed = target => transformSync(code, { target }).code
    assert.equal(printed('es2015'), printed('esnext'))
    assert.doesNotMatch(code, /\b(eval|Function|Proxy|fetch|XMLHttpRequest|URL|URLSearchParams|AbortController|TextEncoder|TextDecoder|atob|btoa|window|document|globalThis|process|Buffer|getApp|App|Page|BigInt)\b/)
    assert.doesNotMatch(code, /\.(finally|includes|padStart|padEnd|flat|flatMap|matchAll|replaceAll|at|trimStart|trimEnd|allSettled|any|entries|values|fromEntries|hasOwn)\(/)
  })
}

test('the types are those of openapi.yaml', () => {
  assert.equal(read('src/api.ts'), generate(), 'node generate.mjs')
})

test('the packed file has what package.json names, and no sources', () => {
  const [{ files }] = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json'], { cwd: sdk, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
  const names = files.map(file => file.path)
  for (const path of [manifest.main, manifest.module, manifest.types, `${manifest.miniprogram}/index.js`, 'platforms/package.json', 'dist/LICENSE', 'README.md', 'README.zh-CN.md']) {
    assert.ok(names.includes(path), path)
  }
  assert.deepEqual(names.filter(name => /^(src|test)\//.test(name)), [])
  assert.equal(manifest.sideEffects, false)
  assert.equal(manifest.dependencies, undefined)
})

test('copied as the developer tools do, it loads', () => {
  const copied = join(folder, 'miniprogram_npm', manifest.name)
  cpSync(join(sdk, manifest.miniprogram), copied, { recursive: true })
  const { createWxbind, WxbindError, wechat } = require(copied)
  assert.deepEqual([createWxbind, WxbindError, wechat].map(value => typeof value), ['function', 'function', 'function'])
})

const samples = text => [...text.matchAll(/<!-- sample: (\S+) -->\n```ts\n([\s\S]*?)```/g)].map(([, name, code]) => [name, code])

test('followed to the letter in an empty folder, the READMEs are right: installed, type-checked, loaded', () => {
  assert.deepEqual(samples(read('README.zh-CN.md')).map(([name]) => name), samples(read('README.md')).map(([name]) => name))
  const project = join(folder, 'project')
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), '{"private":true}')
  const run = (command, ...args) => execFileSync(command, args, { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  run('npm', 'pack', sdk)
  run('npm', 'i', '--offline', '--no-audit', '--no-fund', `./${manifest.name}-${manifest.version}.tgz`)
  for (const language of ['README.md', 'README.zh-CN.md']) {
    for (const [name, code] of samples(read(language))) writeFileSync(join(project, `${language.replace('.md', '')}.${name}`), code)
  }
  const typings = join(require.resolve('miniprogram-api-typings/package.json'), '..')
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { strict: true, noEmit: true, target: 'ES2020', module: 'ES2020', moduleResolution: 'bundler', lib: ['ES2020'], types: [typings], skipLibCheck: false }, include: ['*.ts'] }),
  )
  run(process.execPath, join(require.resolve('typescript/package.json'), '../bin/tsc'), '-p', project)
  const loaded = `import { createWxbind } from 'wxbind-miniprogram'; import { uni } from 'wxbind-miniprogram/platforms'; console.log(typeof createWxbind, typeof uni)`
  assert.equal(run(process.execPath, '--input-type=module', '-e', loaded), 'function function\n')
  assert.equal(run(process.execPath, '-e', "console.log(typeof require('wxbind-miniprogram').createWxbind, typeof require('wxbind-miniprogram/platforms').taro)"), 'function function\n')
  // By its path, as bundlers that do not know "exports", such as the webpack 4 of older uni-app projects, find it.
  assert.equal(typeof require(join(project, 'node_modules', manifest.name, 'platforms')).taro, 'function')
})

for (const name of ['README.md', 'README.zh-CN.md']) {
  test(`${name} has every option, method, state, reason and failure`, () => {
    const text = read(name)
    const source = read('src/interface.ts')
    const wxbind = /export interface Wxbind \{([\s\S]*)\n\}/.exec(source)[1]
    const words = [
      ...wxbind.matchAll(/^  (?:readonly )?(\w+)[(<:]/gm),
      ...source.matchAll(/^  \| '(\w+)'/gm),
      ...source.matchAll(/state: '(\w+)'/g),
      ...read('src/words.ts').matchAll(/^  \| '(\w+)'/gm),
    ].map(([, word]) => word)
    assert.ok(words.length > 40)
    assert.deepEqual(words.filter(word => !new RegExp(`\\b${word}\\b`).test(text)), [])
  })
}
