// Runs the real `wxbind serve` for tests, with its stand-in for WeChat, on free ports and on a folder of its own.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const startLimit = 20_000
const stopLimit = 20_000 // serve itself lets requests in progress take 15 s

/** The path of the command: WXBIND_BIN, else bin/wxbind, where `make build` leaves it. */
export function program() {
  const path = process.env.WXBIND_BIN || fileURLToPath(new URL('../../bin/wxbind', import.meta.url))
  if (!existsSync(path)) throw new Error(`${path} is missing: \`go build -o bin/wxbind ./cmd/wxbind\` makes it`)
  return path
}

/**
 * Starts a service. Rejects with what the command said if it does not serve within 20 s.
 * @param {object} [options]
 * @param {string[]} [options.args] more flags of `serve`
 * @param {Record<string, string>} [options.env] settings
 * @param {string} [options.addr] where to listen, by default on a free port of 127.0.0.1
 * @param {string} [options.data] a folder that outlives the service; by default one that ends with it
 */
export async function serve({ args = [], env = {}, addr = '127.0.0.1:0', data } = {}) {
  const service = new Service({ args, env, addr, data })
  await service.started()
  return service
}

/** What the command says is read here, wherever the tests run. */
const english = { LC_ALL: 'C' }

class Service {
  #child
  #own
  #said = ''

  constructor({ args, env, addr, data }) {
    /** The folder of the store, for `--data`. */
    this.data = data ?? mkdtempSync(join(tmpdir(), 'wxbind-'))
    this.#own = !data
    /** What the service has logged until now, one JSON object a line. */
    this.log = ''
    this.#child = spawn(program(), ['serve', '--addr', addr, '--stand-in', '127.0.0.1:0', '--data', this.data, ...args], {
      env: { ...process.env, ...english, ...env }, stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child.stdout.setEncoding('utf8').on('data', text => { this.#said += text })
    this.#child.stderr.setEncoding('utf8').on('data', text => { this.log += text })
    // A test that fails or is broken off neither waits for the service nor leaves it behind.
    this.#hold(false)
    const kill = () => this.#child.kill('SIGKILL')
    process.once('exit', kill)
    this.ended = once(this.#child, 'close').then(([code]) => code, error => error).finally(() => process.off('exit', kill))
  }

  #hold(held) {
    for (const it of [this.#child, this.#child.stdout, this.#child.stderr]) held ? it.ref() : it.unref()
  }

  async started() {
    const deadline = Date.now() + startLimit
    while (!this.#said.includes('Press Ctrl-C')) {
      const end = await Promise.race([this.ended, after(10, 'waiting')])
      if (end !== 'waiting' || Date.now() > deadline) {
        await this.stop()
        throw new Error(`wxbind serve does not serve (${end}); it said:\n${this.#said}${this.log}`)
      }
    }
    const find = pattern => this.#said.match(pattern)?.[1]
    /** The service's address, such as http://127.0.0.1:3000. */
    this.base = find(/serving on (\S+)/)
    /** The stand-in's address. */
    this.standIn = find(/stand-in at (\S+):/)
    /** The user that a new folder has, whose password is known now only. */
    this.demo = { username: 'demo', password: find(/password (\S+) \(/) }
  }

  /** Runs the command on the service's folder, such as wxbind('user', 'disable', 'demo'). Returns what it prints; throws if it fails. */
  wxbind(...args) {
    const { status, stdout, stderr, error } = spawnSync(program(), [...args, '--data', this.data], { env: { ...process.env, ...english }, encoding: 'utf8' })
    if (status !== 0) throw new Error(`wxbind ${args.join(' ')}: ${error ?? `exit code ${status}`}\n${stderr}`)
    return stdout
  }

  /** Adds a user with a password and the role demo, which has menus. */
  addUser(username, password, ...flags) {
    const { status, stderr } = spawnSync(program(), ['user', 'add', username, '--role', 'demo', ...flags, '--data', this.data], { input: password, encoding: 'utf8' })
    if (status !== 0) throw new Error(`wxbind user add: ${stderr}`)
  }

  /** Interrupts the service as Ctrl-C does, and resolves with its exit code, null if it had to be killed. */
  async stop() {
    this.#hold(true)
    this.#child.kill('SIGINT')
    const limit = setTimeout(() => this.#child.kill('SIGKILL'), stopLimit)
    const code = await this.ended
    clearTimeout(limit)
    if (this.#own) rmSync(this.data, { recursive: true, force: true })
    return code
  }
}
