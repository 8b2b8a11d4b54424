// The page's modules as they are, for Node: one file each with what it imports.
import { build } from 'esbuild'
import { readFile, readdir } from 'node:fs/promises'
import { JSDOM } from 'jsdom'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../../../pkg/playground/page/', import.meta.url))

const bundle = async (options) => (await build({ bundle: true, write: false, ...options })).outputFiles[0].text

/** load imports a module of the page. */
export async function load(name) {
  const text = await bundle({ entryPoints: [folder + name], format: 'esm' })
  return import(`data:text/javascript;base64,${Buffer.from(text).toString('base64')}`)
}

/** files returns the texts of the page's files whose names end so, by their names. */
export async function files(end) {
  const names = (await readdir(folder)).filter((name) => name.endsWith(end))
  return new Map(await Promise.all(names.map(async (name) => [name, await readFile(folder + name, 'utf8')])))
}

/** page opens the page's HTML in jsdom, as the server sends it in English, and runs a script with modules of the page in it. `globals` are for its window. */
export async function page(script, globals = {}) {
  const html = (await files('index.html')).get('index.html').replace(/\{\{range .*?\{\{end\}\}/gs, '').replace(/\{\{if .*?\}\}.*?\{\{else\}\}(.*?)\{\{end\}\}/g, '$1').replace('{{.Version}}', 'v1')
  const dom = new JSDOM(html, { runScripts: 'outside-only', pretendToBeVisual: true, url: 'http://127.0.0.1:3000/' })
  Object.assign(dom.window, globals)
  dom.window.ResizeObserver = class { observe() {} } // jsdom has no layout
  dom.window.eval(await bundle({ stdin: { contents: script, resolveDir: folder }, format: 'iife' }))
  return dom.window
}
