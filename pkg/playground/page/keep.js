// What the browser keeps: the phones' storages and the page's few choices. A browser that keeps nothing (private windows)
// still works until the page is left.

const fallback = new Map()
const memory = {
  getItem: (key) => fallback.get(key) ?? null, setItem: (key, value) => void fallback.set(key, value),
  removeItem: (key) => void fallback.delete(key), key: (i) => [...fallback.keys()][i], get length() { return fallback.size },
}

function browsers() {
  try {
    localStorage.setItem('wxbind:try', '1')
    localStorage.removeItem('wxbind:try')
    return localStorage
  } catch { return memory }
}

/** phoneStorage is what wx.setStorage writes its texts to: WeChat keeps one for each person and mini-program on each device. */
export function phoneStorage({ person, device, app }, onChange = () => {}, box = browsers()) {
  const prefix = `wxbind:phone:${app}:${person}:${device}:`
  return {
    get: (key) => box.getItem(prefix + key) ?? undefined,
    set(key, text) {
      box.setItem(prefix + key, text)
      onChange('set', key)
    },
    remove(key) {
      if (box.getItem(prefix + key) === null) return
      box.removeItem(prefix + key)
      onChange('remove', key)
    },
    keys() {
      const all = Array.from({ length: box.length }, (_, i) => box.key(i))
      return all.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length))
    },
  }
}

/** choice is a choice of whoever uses the page, kept under a name. */
export function choice(name, initial, box = browsers()) {
  const key = `wxbind:page:${name}`
  return {
    get() {
      try { return JSON.parse(box.getItem(key)) ?? initial } catch { return initial }
    },
    set(value) {
      try { box.setItem(key, JSON.stringify(value)) } catch { /* a full storage forgets a choice */ }
    },
  }
}
