import { wechat, type Adapter } from './wxbind'

declare const uni: any

/** forUni is uni-app. Only its WeChat build logs in: on other platforms login gives no code that WeChat knows. */
const forUni = (platform: any = uni): Adapter => limited(platform, platform.getSystemInfoSync().uniPlatform === 'mp-weixin')

/** forTaro is Taro, whose object the caller imports. Only its WeChat build logs in. */
const forTaro = (platform: any): Adapter => limited(platform, platform.getEnv() === 'WEAPP')

const limited = (platform: any, isWechat: boolean): Adapter => {
  const adapter = wechat(platform)
  if (!isWechat) adapter.login = undefined
  return adapter
}

export { forTaro as taro, forUni as uni }
