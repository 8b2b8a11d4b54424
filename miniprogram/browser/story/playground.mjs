// The page of `wxbind serve` as somebody uses it: by the roles and names of what is on it, never by its markup.
import { setTimeout as after } from 'node:timers/promises'
import { visibleText } from './browser.mjs'

const patience = 8000 // ms that something may take to appear

/** Part is the page, or a part of it that is found anew each time. */
class Part {
  constructor(page, name, find) {
    this.page = page
    this.name = name
    this.find = find
  }

  /** Clicks what has this name and role, once it is there and stands still. */
  async click(name, role = 'button') {
    await this.#eventually(`a ${role} “${name}”`, async () => clickAtRest(await this.#visible(`::-p-aria([name="${name}"][role="${role}"])`)))
  }

  /** Clicks the last button in which this text stands among others. */
  async clickText(text) {
    await this.#eventually(`a button with “${text}”`, async () => clickAtRest(await this.#visible(`button ::-p-text(${text})`)))
  }

  /** Writes into the field of this name. */
  async write(name, text) {
    await this.#eventually(`a field “${name}”`, async () => {
      const field = await this.#visible(`::-p-aria([name="${name}"][role="textbox"])`)
      await field.click({ count: 3 })
      await field.type(text)
    })
  }

  /** Chooses an option of the list of this name. */
  async choose(name, option) {
    await this.#eventually(`an option “${option}” of “${name}”`, async () => {
      const list = await this.#visible(`::-p-aria([name="${name}"][role="combobox"])`)
      const value = await list.evaluate((select, text) => [...select.options].find(o => o.text === text)?.value, option)
      if (value === undefined) throw new Error('there is no such option')
      await list.select(value)
    })
  }

  /** Waits until all of these texts are to be seen. */
  async sees(...texts) {
    for (const text of texts) {
      await this.#eventually(`“${text}”`, async () => {
        if (!(await this.text()).includes(text)) throw new Error('it is not to be seen')
      })
    }
  }

  async text() {
    return this.page.evaluate(visibleText, await this.find())
  }

  async #visible(selector) {
    const root = await this.find()
    const found = await root.$$(selector)
    for (const element of found.reverse()) if (await element.isVisible()) return element // what is on top comes last
    throw new Error('it is not to be seen')
  }

  async #eventually(what, act) {
    const deadline = Date.now() + patience
    for (;;) {
      try {
        return await act()
      } catch (error) {
        if (Date.now() > deadline) throw new Error(`${this.name} has not shown ${what} for ${patience / 1000} s: ${error.message}`)
        await after(50)
      }
    }
  }
}

async function clickAtRest(element) {
  const before = await element.boundingBox()
  await after(60)
  const now = await element.boundingBox()
  if (!before || before.x !== now?.x || before.y !== now.y) throw new Error('it moves')
  await element.click()
}

/** The whole page. `words` are those of its language. */
export class Playground extends Part {
  #words

  constructor(page, words) {
    super(page, 'the page', () => page.$('html'))
    this.#words = words
  }

  /** The phone of a person: one of those that are shown. */
  phone(person, device) {
    const label = `${person} · ${device}`
    return new Part(this.page, `the phone of ${label}`, async () => {
      const figure = await this.page.$(`figure[aria-label="${label}"]:not([hidden])`)
      if (!figure) throw new Error('it is not shown')
      return figure
    })
  }

  get log() { return this.#region(this.#words.log) }
  get data() { return this.#region(this.#words.data) }

  #region(name) {
    return new Part(this.page, `“${name}”`, async () => {
      const region = await this.page.$(`::-p-aria([name="${name}"][role="region"])`)
      if (!region) throw new Error('it is not there')
      return region
    })
  }

  /** Lets another person hold the phone, a new one. */
  async newPerson(name) {
    const w = this.#words
    await this.choose(w.person, w.newPerson)
    await this.write(w.name, name)
    await this.click(w.become)
  }
}
