import { assign } from './client'
import { after } from './time'

/** Adapter is what the SDK needs of a platform. For another platform of mini-programs, write these five. */
export interface Adapter {
  /** Gives a code of wx.login. Absent where the platform gives none that WeChat knows: then nobody can log in. */
  login?(): Promise<unknown>
  /** Resolves with any answer, whatever its status; rejects with the platform's {errMsg, errno}. */
  request(request: PlatformRequest): Promise<PlatformAnswer>
  /** Reads what is stored under the key, or stores another value in its place ('': none). May throw. */
  storage(key: string, value?: unknown): unknown
  /** How the mini-program was opened. onShow is called whenever it comes to the front. */
  launch(onShow: () => void): PlatformLaunch
  /** Opens a page, or goes back. Rejects if that cannot be. */
  open(how: 'navigateTo' | 'redirectTo' | 'reLaunch' | 'navigateBack', url?: string): Promise<unknown>
}

export interface PlatformRequest {
  url: string
  method: string
  data?: any
  header: Record<string, string>
  /** Milliseconds. */
  timeout: number
}

export interface PlatformAnswer {
  statusCode: number
  data: any
  header: Record<string, string>
}

export interface PlatformLaunch {
  scene?: number
  /** What WeChat has fetched before the launch. */
  fetched?(): Promise<{ fetchedData: string; timeStamp: number }>
}

// A platform's own object: wx, uni, Taro. Their functions have the same names and callbacks; which of them are there differs.
type Platform = any

declare const wx: Platform

/** wechat is WeChat's own mini-programs, and whatever has a wx of the same form: uni and Taro, built for WeChat. */
export const wechat = (platform: Platform = wx): Adapter => {
  const call = (name: string, options?: object): Promise<any> =>
    new Promise((success, fail) => {
      // Taro promises besides; a rejection that nobody handles would be reported as a fault of the mini-program.
      after(() => platform[name](assign({}, options, { success, fail }))).catch(fail)
    })
  return {
    login: platform.login && (() => call('login').then(({ code }) => code)),
    request: request => call('request', request),
    storage(key, value) {
      if (value === undefined) return platform.getStorageSync(key)
      // Removed first: an older one must not stay if the storage is full.
      platform.removeStorageSync(key)
      if (value) platform.setStorageSync(key, value)
    },
    launch(onShow) {
      attempt(() => platform.onAppShow(onShow))
      return {
        scene: attempt(() => platform.getLaunchOptionsSync().scene),
        fetched: () => call('getBackgroundFetchData', { fetchType: 'pre' }),
      }
    },
    open: (how, url) => call(how, { url }),
  }
}

/** attempt gives what work gives, or undefined if it throws: platforms lack functions, and storages break. */
export const attempt = <T>(work: () => T): T | undefined => {
  try {
    return work()
  } catch (e) {}
}
