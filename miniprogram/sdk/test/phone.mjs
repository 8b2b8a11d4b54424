// A phone: the globals of a mini-program and nothing else, with the SDK as its package has it. Faults are switches.
import { readFileSync } from 'node:fs'
import vm from 'node:vm'
import { Clock } from './clock.mjs'

const file = new URL('../dist/wxbind.js', import.meta.url)

/** Promise as WeChat has it on older iOS: callbacks come by setTimeout, after what was due before. */
const promiseByTimers = `
  const native = Promise
  const late = f => value => new native(resolve => setTimeout(resolve, 0)).then(() => f(value))
  globalThis.Promise = class extends native {
    then(done, failed) { return super.then(done && late(done), failed && late(failed)) }
  }`

export class Phone {
  clock = new Clock()
  /** What the mini-program did, in order: 'login', 'GET /path', 'navigateTo /page'. */
  log = []
  /** The requests as they left the phone. */
  requests = []
  storage = new Map()
  pages = ['pages/index/index']
  scene = 1001
  person = 'alice'
  /** Gives the answer to a request: {statusCode, data, header}, {fail: {errno, errMsg}}, or 'never'. */
  server = () => ({ fail: { errno: 600001, errMsg: 'request:fail' } })
  /** What wx.login does: undefined works, 'fail', 'never', 'object'. */
  loginFault
  /** What the storage does: undefined works, 'full', 'broken'. */
  storageFault
  /** The names of wx that this platform lacks. */
  lacks = []
  /** What WeChat has fetched: {fetchedData, timeStamp}, or 'never'. */
  fetched
  /** Each callback comes twice. */
  doubled = false
  #codes = 0
  #shown = []

  constructor(settings = {}) {
    Object.assign(this, settings)
  }

  /** launch starts the mini-program anew, and gives the SDK of this run. What was stored stays. */
  launch({ real = false, iOS = false } = {}) {
    this.#shown = []
    const { clock } = this
    const unrefed = (work, ms) => void setTimeout(work, ms).unref()
    const globals = { setTimeout: real ? unrefed : clock.setTimeout, wx: this.#wx(real), module: { exports: {} }, getCurrentPages: () => this.pages.map(route => ({ route })) }
    const context = vm.createContext(globals, { codeGeneration: { strings: false, wasm: false } })
    if (!real) {
      context.clock = clock
      vm.runInContext('{ const { clock } = globalThis; Date.now = () => clock.now } delete globalThis.clock', context)
    }
    if (iOS) vm.runInContext(promiseByTimers, context)
    vm.runInContext(readFileSync(file, 'utf8'), context)
    this.wx = globals.wx
    return globals.module.exports
  }

  /** create launches with the SDK's usual options, and remembers what its listeners are told. */
  create(options = {}, how) {
    this.changes = []
    this.signedOut = []
    return this.launch(how).createWxbind({
      baseURL: 'https://api.example.com',
      onChange: standing => this.changes.push(plain(standing)),
      onSignedOut: signedOut => this.signedOut.push(plain(signedOut)),
      ...options,
    })
  }

  /** show brings the mini-program back to the front. */
  show() {
    this.#shown.forEach(listener => listener({ scene: this.scene }))
  }

  /** count says how often the log has this. */
  count(what) {
    return this.log.filter(line => line === what).length
  }

  #later(work) {
    for (let i = 0; i < (this.doubled ? 2 : 1); i++) this.clock.setTimeout(work, 0)
  }

  #wx(real) {
    const later = real ? work => setTimeout(work, 0) : work => this.#later(work)
    const navigate = name => options => {
      this.log.push(options.url ? `${name} ${options.url}` : name)
      const fails = this.navigationFails && this.navigationFails(name, options.url)
      if (!fails && name === 'navigateTo') this.pages = [...this.pages, options.url.slice(1)]
      later(() => (fails ? options.fail({ errMsg: `${name}:fail` }) : options.success({ errMsg: `${name}:ok` })))
    }
    const storage = work => {
      if (this.storageFault === 'broken') throw new Error('storage broken')
      return work()
    }
    const wx = {
      login: options => {
        this.log.push('login')
        const code = `${this.person}-${real ? Date.now() : ''}${++this.#codes}`
        if (this.loginFault === 'never') return
        if (this.loginFault === 'fail') return later(() => options.fail({ errMsg: 'login:fail' }))
        later(() => options.success({ code: this.loginFault === 'object' ? { code } : code, errMsg: 'login:ok' }))
      },
      request: options => {
        const { url, method = 'GET', data, header } = options
        const request = plain({ url, method, data, header, path: url.replace(/^https?:\/\/[^/]+/, '').replace(/\?.*/, '') })
        this.requests.push(request)
        this.log.push(`${method} ${request.path}`)
        Promise.resolve(this.server(request)).then(answer => {
          if (answer === 'never') return
          later(() => (answer.fail ? options.fail(answer.fail) : options.success({ header: {}, errMsg: 'request:ok', ...plain(answer) })))
        })
        return { abort() {} }
      },
      getStorageSync: key => storage(() => (this.storage.has(key) ? JSON.parse(this.storage.get(key)) : '')),
      setStorageSync: (key, value) =>
        storage(() => {
          if (this.storageFault === 'full') throw new Error('exceed storage max size 10Mb')
          this.storage.set(key, JSON.stringify(value))
        }),
      removeStorageSync: key => storage(() => void this.storage.delete(key)),
      getBackgroundFetchData: options => {
        if (this.fetched === 'never') return
        later(() => (this.fetched ? options.success(this.fetched) : options.fail({ errMsg: 'getBackgroundFetchData:fail' })))
      },
      getLaunchOptionsSync: () => ({ path: this.pages[0], scene: this.scene, query: {} }),
      onAppShow: listener => this.#shown.push(listener),
      navigateTo: navigate('navigateTo'),
      redirectTo: navigate('redirectTo'),
      reLaunch: navigate('reLaunch'),
      navigateBack: navigate('navigateBack'),
    }
    for (const name of this.lacks) delete wx[name]
    return wx
  }
}

/** plain is a value as it is after the way through WeChat's bridge: no undefined, no foreign prototypes. */
export const plain = value => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)))
