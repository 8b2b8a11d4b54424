// Walks the whole story in Chromium.
import { stage } from './stage.mjs'
import { steps } from './story.mjs'
import { wordsIn } from './words.mjs'

await stage(wordsIn('zh'), {}, async world => {
  for (const [what, act] of Object.entries(steps)) {
    const start = Date.now()
    await act(world)
    world.calm()
    console.log(`ok   ${what} (${((Date.now() - start) / 1000).toFixed(1)} s)`)
  }
})
