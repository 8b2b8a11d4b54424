import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

const read = name => JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'))
const lock = read('package-lock.json')

test('the lock file names no registry, so that the configured one is asked', () => {
  for (const [path, { resolved, link }] of Object.entries(lock.packages)) {
    if (!link) assert.equal(resolved, undefined, `${path}: miniprogram/.npmrc keeps npm from writing it`)
  }
})

test('every package that is installed has a digest', () => {
  for (const [path, { integrity, link }] of Object.entries(lock.packages)) {
    if (path.includes('node_modules/') && !link) assert.match(integrity ?? '', /^sha512-/, path)
  }
})

test('what we ask for has an exact version, which is the lock file’s', () => {
  const { dependencies, devDependencies } = read('package.json')
  assert.equal(dependencies, undefined, 'nothing is shipped with dependencies')
  for (const [name, version] of Object.entries(devDependencies)) {
    assert.match(version, /^\d+\.\d+\.\d+$/, name)
    assert.equal(lock.packages[`node_modules/${name}`].version, version, name)
  }
})
