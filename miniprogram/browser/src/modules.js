// The project's JavaScript: CommonJS as in a mini-program, with App, Page, Component and Behavior of the file that runs.

/** Joins a path to the folder of a file. A leading slash is the project's root. */
export function resolve(from, target) {
  const parts = target.startsWith('/') ? [] : from.split('/').slice(0, -1)
  for (const part of target.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.' && part !== '') parts.push(part)
  }
  return parts.join('/')
}

/** Returns run(file), which runs a module once and returns what it exports. */
export function loader(phone, space) {
  const { modules } = phone.project
  const loaded = new Map()
  const { setTimeout, setInterval, clearTimeout, clearInterval } = phone.timers

  function run(file) {
    if (loaded.has(file)) return loaded.get(file).exports
    const module = { exports: {} }
    loaded.set(file, module)
    const require = (target) => {
      const path = resolve(file, target)
      const found = [path, `${path}.js`, `${path}/index.js`].find((name) => modules[name])
      if (!found) throw new Error(`module '${path}.js' is not defined, require args is '${target}'`)
      return run(found)
    }
    space.componentEnv(file.replace(/\.js$/, ''), ({ Page, Component, Behavior }) => {
      modules[file].call(undefined, module, module.exports, require, phone.wx, phone.App, Page, Component, Behavior, () => phone.app, () => phone.stack.pages(),
        setTimeout, setInterval, clearTimeout, clearInterval)
    })
    return module.exports
  }
  return run
}

/** Timers that end with the phone. */
export function timers(phone) {
  const running = new Set()
  const guarded = (f, args) => {
    try {
      f(...args)
    } catch (e) {
      phone.fault(e)
    }
  }
  return {
    setTimeout(f, ms, ...args) {
      if (!phone.alive) return 0
      const id = setTimeout(() => {
        running.delete(id)
        guarded(f, args)
      }, ms)
      running.add(id)
      return id
    },
    setInterval(f, ms, ...args) {
      if (!phone.alive) return 0
      const id = setInterval(() => guarded(f, args), ms)
      running.add(id)
      return id
    },
    clearTimeout(id) {
      running.delete(id)
      clearTimeout(id)
    },
    clearInterval(id) {
      running.delete(id)
      clearInterval(id)
    },
    end() {
      for (const id of running) clearTimeout(id), clearInterval(id)
      running.clear()
    },
  }
}
