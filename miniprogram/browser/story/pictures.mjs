// Makes the pictures of the READMEs: what a newcomer sees in the first two minutes, in both languages.
import { mkdirSync, statSync } from 'node:fs'
import { relative } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { stage } from './stage.mjs'
import { binds, goesToLogin, isDisabled, opens } from './story.mjs'
import { wordsIn } from './words.mjs'

const folder = fileURLToPath(new URL('../../../docs/pictures', import.meta.url))
const largest = 100 * 1024 // bytes
const passes = 3000 // ms after which nothing flashes any more

for (const lang of ['en', 'zh']) {
  await stage(wordsIn(lang), { scale: 2 }, async world => {
    const { page, playground, w } = world
    await opens(world)
    await goesToLogin(world)
    await playground.log.click(w.clear)
    await binds(world)
    await playground.log.clickText('jscode2session')
    await take(page, `logged-in.${w.lang}`)
    await playground.data.click(w.users(1), 'tab')
    await playground.log.click(w.clear)
    await isDisabled(world)
    await take(page, `thrown-out.${w.lang}`)
  })
}

async function take(page, name) {
  mkdirSync(folder, { recursive: true })
  const path = `${folder}/${name}.webp`
  await page.mouse.move(0, 0)
  await page.evaluate(() => document.activeElement?.blur())
  await after(passes)
  await page.screenshot({ path, type: 'webp', quality: 70 })
  const { size } = statSync(path)
  console.log(`${relative('', path)}: ${Math.ceil(size / 1024)} KB`)
  if (size > largest) throw new Error(`${name} has ${size} bytes, more than ${largest}`)
}
