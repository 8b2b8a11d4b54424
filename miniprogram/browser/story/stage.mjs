// What the story is played on: the real `wxbind serve`, its page in Chromium, and what is left where it fails.
import { fileURLToPath } from 'node:url'
import { serve } from '../../testing/serve.mjs'
import { leave, open } from './browser.mjs'
import { Playground } from './playground.mjs'

const left = fileURLToPath(new URL('../../../.cache/story', import.meta.url))

/**
 * Plays in one language. `play` gets { page, playground, w, demo, calm }; calm() throws if the browser has complained. If it fails, what
 * was on the page is told, and left in .cache/story, and the process will exit with 1.
 */
export async function stage(words, options, play) {
  const service = await serve()
  const { page, complaints, close } = await open(`${service.base}/?lang=${words.lang}`, options)
  const calm = () => {
    if (complaints.length > 0) throw new Error('the browser complains')
  }
  try {
    await play({ page, playground: new Playground(page, words), w: words, demo: service.demo, calm })
    calm()
  } catch (error) {
    const texts = await leave(page, left, 'failed')
    console.error(`FAIL ${error.message}\n\nthe page (a picture of it is in ${left}):\n${indented(texts)}`)
    if (complaints.length > 0) console.error(`the browser's complaints:\n${indented(complaints.join('\n'))}`)
    console.error(`the service's log:\n${indented(service.log)}`)
    process.exitCode = 1
  } finally {
    await close()
    await service.stop()
  }
}

function indented(text) {
  return text.replace(/^/gm, '  ')
}
