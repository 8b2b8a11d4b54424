/** Clock is a clock that stands still until a test lets it go on. */
export class Clock {
  now = Date.UTC(2026, 0, 1)
  #timers = []

  setTimeout = (work, ms = 0) => {
    this.#timers.push({ work, at: this.now + Math.max(ms, 0) })
  }

  /** settle runs whatever is due, and whatever follows from it at once. */
  async settle() {
    for (let quiet = 0; quiet < 3; ) {
      await new Promise(setImmediate)
      const due = this.#timers.filter(timer => timer.at <= this.now)
      this.#timers = this.#timers.filter(timer => timer.at > this.now)
      due.forEach(timer => timer.work())
      quiet = due.length ? 0 : quiet + 1
    }
  }

  /** advance lets the time pass, and runs each timer at its time. */
  async advance(ms) {
    const end = this.now + ms
    await this.settle()
    for (;;) {
      const next = Math.min(...this.#timers.map(timer => timer.at))
      if (next > end) break
      this.now = next
      await this.settle()
    }
    this.now = end
    await this.settle()
  }
}
