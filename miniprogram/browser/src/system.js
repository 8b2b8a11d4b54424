// What the phone tells about itself, and what it was started with.
import { Fail } from './call.js'

/** A version that has everything the phone draws. */
const library = '3.8.0'

export function facts(phone) {
  const { system } = phone
  const app = () => ({ SDKVersion: library, version: '8.0.60', language: system.language || 'zh_CN', enableDebug: false, theme: phone.theme, host: { env: 'WeChat' }, fontSizeSetting: 16 })
  const device = () => ({
    brand: 'devtools', model: system.deviceName || 'iPhone', system: 'iOS 18.0', platform: system.platform || 'ios', abi: '', benchmarkLevel: -1, memorySize: 6144,
  })
  const frame = () => {
    const screenWidth = phone.width()
    const screenHeight = phone.root.clientHeight || 667
    const statusBarHeight = system.statusBarHeight || 0
    const entry = phone.stack?.top()
    const bars = (entry?.config.navigationStyle === 'custom' ? 0 : statusBarHeight + 44) + (entry && phone.stack.isTab(entry.route) ? 50 : 0)
    return {
      pixelRatio: window.devicePixelRatio || 1, screenWidth, screenHeight, windowWidth: screenWidth, windowHeight: screenHeight - bars, statusBarHeight,
      screenTop: statusBarHeight + 44, safeArea: { left: 0, right: screenWidth, top: statusBarHeight, bottom: screenHeight, width: screenWidth, height: screenHeight - statusBarHeight },
    }
  }
  const all = () => ({ ...app(), ...device(), ...frame() })
  return {
    now: {
      getLaunchOptionsSync: () => ({ ...phone.launch }),
      getEnterOptionsSync: () => ({ ...phone.enter }),
      getAppBaseInfo: app,
      getDeviceInfo: device,
      getWindowInfo: frame,
      getSystemInfoSync: all,
      getSystemSetting: () => ({ bluetoothEnabled: true, locationEnabled: true, wifiEnabled: true, deviceOrientation: 'portrait' }),
      getAccountInfoSync: () => ({ miniProgram: { appId: system.appId || 'touristappid', envVersion: 'develop', version: '' } }),
    },
    later: {
      getSystemInfo: all,
      getSystemInfoAsync: all,
      getBackgroundFetchData({ fetchType }) {
        const data = system.backgroundFetch?.(fetchType)
        if (!data) throw new Fail('no background fetch data')
        return data
      },
      setBackgroundFetchToken() {},
    },
  }
}

/** wx.onX and wx.offX for what happens to the whole app. */
export function events() {
  const names = ['AppShow', 'AppHide', 'ThemeChange', 'Error', 'UnhandledRejection', 'PageNotFound', 'NetworkStatusChange', 'WindowResize', 'MemoryWarning', 'BackgroundFetchData']
  const listeners = Object.fromEntries(names.map((name) => [name, new Set()]))
  const functions = {}
  for (const name of names) {
    functions[`on${name}`] = (f) => void listeners[name].add(f)
    functions[`off${name}`] = (f) => void (f ? listeners[name].delete(f) : listeners[name].clear())
  }
  return { functions, of: (name) => [...listeners[name]] }
}
