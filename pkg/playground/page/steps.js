// Steps is what the log knows: the phone's own steps and those of the server, merged into flows. A flow is what followed from
// one thing that somebody did: wx.login, the request with its code, WeChat's answer, the store, the answer.
// What an operator did has no flow, and stands alone.

export class Steps {
  #flows = [] // by the time of their first step
  #byId = new Map()
  #known = new Set()
  #count = 0
  #joined = new Map()
  #limit

  /** limit bounds how many steps are remembered; the oldest flows go first. */
  constructor(limit = 500) { this.#limit = limit }

  get flows() { return this.#flows }

  /**
   * add takes a step to its place: by time within its flow. It returns the flow, the place and which flows had to go for it,
   * or undefined for a step that came before: the server sends some again after a lost connection.
   */
  add(step) {
    if (step.n !== undefined) {
      const known = `${step.n} ${step.at}` // a server that was started anew counts from 1 again
      if (this.#known.has(known)) return undefined
      this.#known.add(known)
      if (this.#known.size > 4 * this.#limit) this.#known.delete(this.#known.values().next().value)
    }
    const id = this.#joined.get(step.flow) ?? (step.flow || `alone ${step.n}`)
    let flow = this.#byId.get(id)
    if (!flow) {
      this.#byId.set(id, flow = { id, at: step.at, steps: [] })
      this.#flows.splice(place(this.#flows, flow), 0, flow)
    }
    const index = place(flow.steps, step)
    flow.steps.splice(index, 0, step)
    this.#count++
    return { flow, index, gone: this.#shrink(flow) }
  }

  /** join moves the steps of one flow into another, once a request shows that they belong together. */
  join(from, into) {
    if (from === into) return
    this.#joined.set(from, into)
    const moved = this.#byId.get(from)?.steps ?? []
    this.#drop(from)
    for (const step of moved) this.add({ ...step, n: undefined, flow: into })
  }

  clear() {
    this.#flows = []
    this.#byId.clear()
    this.#count = 0
  }

  #drop(id) {
    const flow = this.#byId.get(id)
    if (!flow) return
    this.#byId.delete(id)
    this.#flows.splice(this.#flows.indexOf(flow), 1)
    this.#count -= flow.steps.length
  }

  #shrink(kept) {
    const gone = []
    for (const flow of [...this.#flows]) {
      if (this.#count <= this.#limit) break
      if (flow === kept) continue
      this.#drop(flow.id)
      gone.push(flow)
    }
    return gone
  }
}

// place keeps a list in the order of its times; of the same time, in the order of arrival.
function place(list, next) {
  let i = list.length
  while (i > 0 && list[i - 1].at > next.at) i--
  return i
}

/** shows says whether a filter lets a step through: all, failed, or one kind. */
export function shows(filter, step) {
  return filter === 'all' || (filter === 'failed' ? step.ok === false : step.kind === filter)
}

/** Pending finds the flow of a request by the codes that it carries, which the phone was given before. */
export class Pending {
  #codes = []

  /** gave remembers which flow a code was given in. */
  gave(code, flow) {
    this.#codes.push({ code, flow })
    if (this.#codes.length > 20) this.#codes.shift()
  }

  /** flowsOf lists the flows of the codes in a request's address and body, oldest first. A code counts once. */
  flowsOf(text) {
    const found = this.#codes.filter(({ code }) => text.includes(code))
    this.#codes = this.#codes.filter((c) => !found.includes(c))
    return found.map(({ flow }) => flow)
  }
}
