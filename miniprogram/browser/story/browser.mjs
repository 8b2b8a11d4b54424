// The browser that the story is walked in, and what it complains about.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import puppeteer from 'puppeteer-core'

// An answer that refuses a session is one of 401, and Chromium writes each into the console.
const refused = /^Failed to load resource: the server responded with a status of 401/

/** Opens a page at an address, in a window of CSS pixels, `scale` of the screen's to each. Close it with `close()`. */
export async function open(address, { width = 1280, height = 860, scale = 1 } = {}) {
  const executablePath = process.env.WXBIND_CHROMIUM
  if (!executablePath) throw new Error('WXBIND_CHROMIUM names no browser: `make test-browser` finds one')
  const args = ['--hide-scrollbars', '--force-color-profile=srgb', '--disable-dev-shm-usage']
  if (process.getuid?.() === 0) args.push('--no-sandbox') // Chromium has none for root
  const browser = await puppeteer.launch({ executablePath, args })
  const page = await browser.newPage()
  /** What no page of ours may cause: errors in the console, which violations of the CSP and requests that fail are too. */
  const complaints = []
  page.on('console', message => {
    if (!['error', 'warn'].includes(message.type())) return
    const { url = '' } = message.location()
    if (refused.test(message.text()) && url.includes('/mobileApi/')) return
    complaints.push(`console: ${message.text()} ${url}`)
  })
  page.on('pageerror', error => complaints.push(`thrown: ${error.stack ?? error}`))
  await page.setViewport({ width, height, deviceScaleFactor: scale })
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }, { name: 'prefers-reduced-motion', value: 'reduce' }])
  await page.goto(address)
  return { page, complaints, close: () => browser.close() }
}

/** Leaves a picture of the page and the texts on it in a folder, and returns the texts. */
export async function leave(page, folder, name) {
  mkdirSync(folder, { recursive: true })
  const texts = await page.evaluate(visibleText, await page.$('body'))
  writeFileSync(join(folder, `${name}.txt`), texts)
  await page.screenshot({ path: join(folder, `${name}.png`) })
  return texts
}

/** The texts that are to be seen in an element, shadow roots and fields included, as lines. For page.evaluate. */
export function visibleText(root) {
  let text = ''
  const walk = node => {
    if (node.nodeType === Node.TEXT_NODE) {
      text += node.data
      return
    }
    let block = false
    if (node.nodeType === Node.ELEMENT_NODE) {
      if (['STYLE', 'SCRIPT', 'SELECT', 'NOSCRIPT'].includes(node.tagName) || !node.checkVisibility()) return
      block = !['inline', 'contents'].includes(getComputedStyle(node).display)
      if (block) text += '\n'
      if (['INPUT', 'TEXTAREA'].includes(node.tagName) && node.type !== 'password') text += node.value
      if (node.shadowRoot) walk(node.shadowRoot)
    }
    for (const child of node.childNodes) walk(child)
    if (block) text += '\n'
  }
  walk(root)
  return text.split('\n').map(line => line.trim()).filter(Boolean).join('\n')
}
