// wx's storage over the host's store, which holds JSON texts.
import { Fail, failure } from './call.js'

const most = 10 * 1024 * 1024
const mostOfOne = 1024 * 1024

/** The functions of wx that work now; their asynchronous twins are made from them. */
export function storage(phone) {
  const store = phone.host.storage
  const check = (key) => {
    if (typeof key !== 'string' || key === '') throw new Fail('parameter error: parameter.key should be String')
  }
  const tell = (op, key) => phone.tell({ kind: 'storage', do: op, key })
  const size = () => store.keys().reduce((sum, key) => sum + key.length + String(store.get(key) ?? '').length, 0)
  const now = {
    setStorage({ key, data }) {
      check(key)
      const text = JSON.stringify({ data: data === undefined ? '' : data })
      if (text.length > mostOfOne) throw new Fail('entry size limit reached')
      if (size() + text.length > most) throw new Fail('exceed max storage size 10Mb')
      store.set(key, text)
      tell('set', key)
    },
    getStorage({ key }) {
      check(key)
      const text = store.get(key)
      tell('get', key)
      if (text === undefined || text === null) throw new Fail('data not found')
      return { data: JSON.parse(text).data }
    },
    removeStorage({ key }) {
      check(key)
      store.remove(key)
      tell('remove', key)
    },
    clearStorage() {
      for (const key of [...store.keys()]) store.remove(key)
      tell('clear')
    },
    getStorageInfo: () => ({ keys: [...store.keys()], currentSize: Math.ceil(size() / 1024), limitSize: most / 1024 }),
  }
  const at = (name, options) => {
    try {
      return now[name](options)
    } catch (e) {
      const { errMsg, ...more } = failure(name, e)
      throw Object.assign(new Error(errMsg), { errMsg, ...more })
    }
  }
  return {
    later: now,
    sync: {
      setStorageSync: (key, data) => void at('setStorage', { key, data }),
      getStorageSync(key) {
        try {
          return at('getStorage', { key }).data
        } catch (e) {
          if (/data not found/.test(e.errMsg)) return ''
          throw e
        }
      },
      removeStorageSync: (key) => void at('removeStorage', { key }),
      clearStorageSync: () => void at('clearStorage'),
      getStorageInfoSync: () => at('getStorageInfo'),
    },
  }
}
