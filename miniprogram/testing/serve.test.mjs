import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { serve } from './serve.mjs'

test('a service answers, has its demo user, and leaves nothing behind', async t => {
  const service = await serve()
  t.after(() => service.stop())
  const answer = await fetch(`${service.base}/mobileApi/user/bind`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ code: 'alice-1', ...service.demo }),
  })
  assert.equal((await answer.json()).code, 1)
  assert.match(service.wxbind('binding', 'list', 'demo'), /wx0123456789abcdef/)
  service.addUser('bob', 'correct horse')
  assert.match(service.wxbind('user', 'list'), /bob/)
  assert.equal(await service.stop(), 0)
  assert.match(service.log, /"route":"bind"/)
  assert.ok(!existsSync(service.data))
})

test('a service comes back on its folder and its address', async t => {
  const data = mkdtempSync(join(tmpdir(), 'wxbind-'))
  t.after(() => rmSync(data, { recursive: true, force: true }))
  const first = await serve({ data })
  await first.stop()
  const second = await serve({ data, addr: new URL(first.base).host })
  t.after(() => second.stop())
  assert.equal(second.base, first.base)
  assert.equal(second.demo.password, undefined)
})

test('a service that cannot serve says why', async () => {
  await assert.rejects(serve({ args: ['--nonsense'] }), /does not serve \(\d+\); it said:\n.*nonsense/s)
})
