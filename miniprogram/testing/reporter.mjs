// How a run of the tests is told: what failed, in full, what was printed, and how many passed. For `node --test`.
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'

export default async function* report(events) {
  let passed = 0
  let failed = 0
  for await (const { type, data } of events) {
    switch (type) {
      case 'test:pass':
        passed++
        break
      case 'test:fail':
        failed++
        yield `FAIL ${place(data.file)} ${data.name}\n${indented(inspect(data.details.error?.cause ?? data.details.error))}\n`
        break
      case 'test:stdout':
      case 'test:stderr':
        yield data.message
    }
  }
  yield failed ? `FAIL ${failed} of ${passed + failed} tests\n` : `ok   ${passed} tests\n`
}

// Node 18 gives a file: URL, later ones a path.
function place(file = '') {
  return relative('', file.startsWith('file:') ? fileURLToPath(file) : file)
}

function indented(text) {
  return text.replace(/^/gm, '     ')
}
