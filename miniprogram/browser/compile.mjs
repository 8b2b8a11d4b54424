// Compiles a native mini-program's folder into one script that the runtime draws: WXML, WXSS, JS, JSON and images as they are.
import { transform } from 'esbuild'
import { createRequire } from 'node:module'
import { readFileSync, readdirSync, existsSync } from 'node:fs'
import path from 'node:path'
import { rewrite } from './wxss.mjs'

const require = createRequire(import.meta.url)

/** A template compiler that has compiled nothing yet: the order in which it writes depends on how much it has. */
function compiler() {
  const file = require.resolve('glass-easel-template-compiler')
  delete require.cache[file]
  return new (require(file).TmplGroup)()
}

/** What a module of a mini-program finds in its scope. What a browser has beyond that is undefined there, as on a phone. */
export const scopeOfModules = ['module', 'exports', 'require', 'wx', 'App', 'Page', 'Component', 'Behavior', 'getApp', 'getCurrentPages',
  'setTimeout', 'setInterval', 'clearTimeout', 'clearInterval', 'globalThis', 'window', 'self', 'document', 'location', 'navigator', 'fetch',
  'XMLHttpRequest', 'localStorage', 'sessionStorage', 'alert', 'confirm', 'prompt', 'URL', 'URLSearchParams', 'TextEncoder', 'TextDecoder',
  'AbortController', 'process']
const images = { png: 'image/png', jpg: 'image/jpeg', jpeg: 'image/jpeg', gif: 'image/gif', svg: 'image/svg+xml', webp: 'image/webp' }

/** A fault in a project's file, told as compilers do: `file:line:column: message`. */
export class CompileError extends Error {
  constructor(file, line, column, message) {
    super(`${file}:${line}:${column}: ${message}`)
    Object.assign(this, { file, line, column })
  }
}

/** Returns the script's text, the same for the same files wherever they lie. Throws a CompileError. */
export async function compile(folder) {
  const settings = existsSync(path.join(folder, 'project.config.json')) ? JSON.parse(readFileSync(path.join(folder, 'project.config.json'), 'utf8')) : {}
  const root = path.join(folder, settings.miniprogramRoot || '.')
  const files = list(root).filter((file) => packed(file, settings.packOptions?.ignore))
  const read = (file) => readFileSync(path.join(root, file), 'utf8').replace(/\r\n/g, '\n').replace(/^\uFEFF/, '')
  const json = (file) => (files.includes(file) ? parse(file, read(file)) : {})
  if (!files.includes('app.json')) throw new CompileError('app.json', 1, 1, 'not found: the folder is not a mini-program')

  const app = json('app.json')
  const pages = [...(app.pages || [])]
  for (const sub of app.subPackages || app.subpackages || []) pages.push(...sub.pages.map((page) => path.posix.join(sub.root, page)))
  if (pages.length === 0) throw new CompileError('app.json', 1, 1, 'pages is empty')
  for (const page of pages) {
    if (!files.includes(`${page}.wxml`)) throw new CompileError('app.json', 1, 1, `the page ${page} has no ${page}.wxml`)
    if (!files.includes(`${page}.js`)) throw new CompileError('app.json', 1, 1, `the page ${page} has no ${page}.js`)
  }
  const configs = {}
  for (const page of pages) configs[page] = json(`${page}.json`)
  const components = componentsOf(files, json, configs, app)
  Object.assign(configs, components)

  const theme = app.themeLocation ? json(app.themeLocation) : undefined
  const wxml = files.filter((file) => file.endsWith('.wxml'))
  const modules = []
  for (const file of files.filter((f) => f.endsWith('.js'))) modules.push(`${JSON.stringify(file)}:${await script(file, read(file))}`)

  const data = { app, pages, configs, scopes: Object.fromEntries(Object.keys(components).map((c, i) => [c, `c${i}`])), theme, style: styles(files, read, pages, components) }
  const pictures = Object.fromEntries(files.filter((f) => images[ext(f)]).map((f) =>
    [f, `data:${images[ext(f)]};base64,${readFileSync(path.join(root, f)).toString('base64')}`]))
  const source = `window.WxbindExample=Object.assign(${JSON.stringify(data)},{images:${JSON.stringify(pictures)},templates:${templates(files, wxml, read)},modules:{${modules.join(',')}}});`
  return (await transform(source, { minify: true, target: 'es2020', charset: 'utf8', legalComments: 'none' })).code
}

/** Whether the devtools would upload a file: packOptions.ignore in project.config.json names what stays behind. */
function packed(file, ignored = []) {
  return !ignored.some(({ type, value }) => {
    const name = value.replace(/^\.?\//, '')
    return { folder: file.startsWith(`${name}/`), file: file === name, suffix: file.endsWith(value), prefix: path.posix.basename(file).startsWith(value) }[type]
  })
}

function list(root, under = '') {
  const here = readdirSync(path.join(root, under), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  return here.flatMap((entry) => {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') return []
    const name = path.posix.join(under, entry.name)
    return entry.isDirectory() ? list(root, name) : [name]
  })
}

function ext(file) {
  return path.posix.extname(file).slice(1).toLowerCase()
}

function parse(file, text) {
  try {
    return JSON.parse(text)
  } catch (e) {
    const offset = Number(/position (\d+)/.exec(e.message)?.[1] || 0)
    const before = text.slice(0, offset).split('\n')
    throw new CompileError(file, before.length, before[before.length - 1].length + 1, 'not JSON')
  }
}

/** Every component that a page, the app or another component uses, with its configuration. */
function componentsOf(files, json, pages, app) {
  const found = {}
  const follow = (from, using = {}) => {
    for (const [name, target] of Object.entries(using)) {
      const is = target.startsWith('/') ? target.slice(1) : path.posix.join(path.posix.dirname(from), target)
      if (found[is] || pages[is]) continue
      if (!files.includes(`${is}.wxml`) || !files.includes(`${is}.js`)) throw new CompileError(`${from}.json`, 1, 1, `the component ${name} is not at ${is}`)
      found[is] = json(`${is}.json`)
      follow(is, found[is].usingComponents)
    }
  }
  follow('app', app.usingComponents)
  for (const page of Object.keys(pages)) follow(page, pages[page].usingComponents)
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)))
}

async function script(file, source) {
  try {
    const { code } = await transform(source, { format: 'cjs', target: 'es2020', charset: 'utf8', legalComments: 'none' })
    return `function(${scopeOfModules.join(',')}){"use strict";${code}\n}`
  } catch (e) {
    const [first] = e.errors
    throw new CompileError(file, first.location.line, first.location.column + 1, first.text)
  }
}

function templates(files, wxml, read) {
  const group = compiler()
  try {
    for (const file of files.filter((f) => f.endsWith('.wxs'))) group.addScript(file.slice(0, -4), read(file))
    for (const file of wxml) {
      const faults = group.addTmpl(file.slice(0, -5), read(file)).filter((f) => f.level !== 'Note')
      if (faults.length) throw new CompileError(file, faults[0].startLine + 1, faults[0].startColumn + 1, faults[0].message)
    }
    return group.getTmplGenObjectGroups()
  } finally {
    group.free()
  }
}

function styles(files, read, pages, components) {
  const placeholders = new Set()
  for (const file of files.filter((f) => f.endsWith('.wxml'))) {
    for (const [, names] of read(file).matchAll(/placeholder-class="([^"{]+)"/g)) for (const name of names.split(/\s+/)) placeholders.add(name)
  }
  const sheet = (owner, scope) => (files.includes(`${owner}.wxss`) ? sheetOf(`${owner}.wxss`, files, read, { ...scope, placeholders }, []) : '')
  return [
    sheet('app', {}),
    ...Object.keys(components).map((c, i) => sheet(c, /shared$/.test(components[c].styleIsolation || '') && components[c].styleIsolation !== 'apply-shared' ? {} : { component: `c${i}` })),
    ...pages.map((p, i) => sheet(p, { page: `p${i}` })),
  ].join('')
}

function sheetOf(file, files, read, scope, from) {
  let imported = ''
  const own = read(file).replace(/@import\s+(?:url\()?\s*["']([^"']+)["']\s*\)?\s*;/g, (all, target, offset, text) => {
    const at = target.startsWith('/') ? target.slice(1) : path.posix.join(path.posix.dirname(file), target)
    const line = text.slice(0, offset).split('\n').length
    if (!files.includes(at)) throw new CompileError(file, line, 1, `@import of ${target}: not found`)
    if (from.includes(at) || at === file) throw new CompileError(file, line, 1, `@import of ${target}: a circle`)
    imported += sheetOf(at, files, read, scope, [...from, file])
    return all.replace(/[^\n]/g, ' ')
  })
  try {
    return imported + rewrite(own, scope)
  } catch (e) {
    throw e.line ? new CompileError(file, e.line, e.column, e.message) : e
  }
}
