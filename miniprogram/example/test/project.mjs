// The project as the devtools read it: its files, and its pages loaded with the little of wx that they need before they are shown.
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import vm from 'node:vm'

export const root = fileURLToPath(new URL('..', import.meta.url))

export const read = (file) => readFileSync(path.join(root, file), 'utf8')

export const json = (file) => JSON.parse(read(file))

/** The files that the devtools pack, relative to the project. */
export function packed() {
  const ignored = json('project.config.json').packOptions.ignore
  const all = (under) => readdirSync(path.join(root, under), { withFileTypes: true }).flatMap((entry) => {
    const name = path.posix.join(under, entry.name)
    return entry.isDirectory() ? all(name) : [name]
  })
  return all('').filter((file) => !ignored.some(({ type, value }) =>
    (type === 'folder' && file.startsWith(`${value}/`)) || (type === 'suffix' && file.endsWith(value)) || (type === 'file' && file === value)))
}

/** Loads one of the project's modules. `language` is the phone's; what is handed to App and Page is in `registered`. */
export function load(file, language = 'zh_CN') {
  const registered = []
  const wx = {
    getAppBaseInfo: () => ({ language }),
    getAccountInfoSync: () => ({ miniProgram: { appId: 'touristappid' } }),
  }
  const scope = { wx, Page: (page) => registered.push(page), App: (app) => registered.push(app), getApp: () => ({}), setTimeout, clearTimeout, setInterval, clearInterval }
  const loaded = new Map()
  const required = (name) => {
    if (!loaded.has(name)) {
      const module = { exports: {} }
      loaded.set(name, module)
      const names = Object.keys(scope)
      const wrapped = vm.runInThisContext(`(function (require, module, exports, ${names.join(', ')}) { 'use strict';${read(name)}\n})`, { filename: name })
      wrapped((to) => required(path.posix.join(path.posix.dirname(name), to)), module, module.exports, ...Object.values(scope))
    }
    return loaded.get(name).exports
  }
  return { exports: required(file), registered }
}
