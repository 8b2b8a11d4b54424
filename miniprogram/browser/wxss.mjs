// WXSS into CSS for a phone inside a page: lengths, names of tags, scopes and the theme that the host chooses.

/** The built-in components that the page draws as elements of their own. The others are HTML's own: button, input, label, textarea. */
export const drawn = ['view', 'text', 'image', 'form', 'checkbox', 'checkbox-group', 'radio', 'radio-group', 'switch', 'scroll-view', 'picker',
  'navigator', 'icon', 'progress', 'swiper', 'swiper-item', 'page']

/** Raised with the place of a fault, as `line` and `column` from 1. */
export class WxssError extends Error {
  constructor(message, source, offset) {
    super(message)
    const before = source.slice(0, offset).split('\n')
    this.line = before.length
    this.column = before[before.length - 1].length + 1
  }
}

/**
 * Rewrites one style sheet whose @imports have been put in.
 * scope.page: a class that the page's root has; its rules then apply inside it only.
 * scope.component: the prefix that glass-easel gives the classes of an isolated component.
 * scope.placeholders: classes that some input names as its placeholder-class.
 */
export function rewrite(source, scope = {}) {
  const text = source.replace(/\/\*[\s\S]*?\*\//g, (c) => c.replace(/[^\n]/g, ' '))
  const [css, end] = rules(text, 0, scope, '')
  if (end < text.length) throw new WxssError('unexpected }', text, end)
  return css
}

/** rpx, vh and vw as lengths of the phone's screen. Names such as `a10rpx` and texts are left alone. */
export function lengths(value) {
  return value.replace(/(["'])(?:\\.|(?!\1)[^\\])*\1|url\([^)]*\)|(?<![\w#-])([+-]?(?:\d*\.)?\d+)(rpx|vh|vw)(?![\w%-])/gi, (all, quote, n, unit) => {
    if (n === undefined) return all
    if (unit.toLowerCase() === 'rpx') return Number(n) === 0 ? '0' : `calc(var(--rpx)*${Number(n)})`
    return n + (unit.toLowerCase() === 'vh' ? 'cqh' : 'cqw')
  })
}

function rules(text, start, scope, theme) {
  let css = ''
  let at = start
  for (;;) {
    const next = scan(text, at, '{};')
    const head = text.slice(at, next).trim()
    const mark = text[next]
    if (mark === undefined || mark === '}') {
      if (head) throw new WxssError(`a rule without a body: ${head.slice(0, 40)}`, text, at + text.slice(at).search(/\S/))
      return [css, next]
    }
    at = next + 1
    if (mark === ';') {
      if (head && !head.startsWith('@charset')) throw new WxssError(`not a rule: ${head.slice(0, 40)}`, text, next - head.length)
      continue
    }
    if (/^@(media|supports|container|layer)\b/.test(head)) {
      const [condition, named] = theTheme(head)
      const [inner, end] = rules(text, at, scope, named || theme)
      at = close(text, end, next)
      css += condition ? `${condition}{${inner}}` : inner
      continue
    }
    const end = scan(text, at, '}', true)
    close(text, end, next)
    const body = text.slice(at, end)
    at = end + 1
    if (head.startsWith('@')) css += `${head}{${lengths(body).trim()}}`
    else css += `${selectors(head, scope, theme)}{${lengths(body).replace(/\s+/g, ' ').trim()}}`
  }
}

function close(text, end, opened) {
  if (text[end] !== '}') throw new WxssError('a { that is never closed', text, opened)
  return end + 1
}

/** The index of the next mark outside of texts and brackets; with nested, of the } that fits. */
function scan(text, from, marks, nested = false) {
  let depth = 0
  for (let i = from; i < text.length; i++) {
    const c = text[i]
    if (c === '\\') i++
    else if (c === '"' || c === "'") {
      for (i++; i < text.length && text[i] !== c; i++) if (text[i] === '\\') i++
    } else if (c === '(') i = Math.max(i, text.indexOf(')', i))
    else if (nested && c === '{') depth++
    else if (nested && c === '}' && depth > 0) depth--
    else if (marks.includes(c)) return i
  }
  return text.length
}

/** Takes (prefers-color-scheme) out of a condition: whether it holds is the host's to say, with a class. */
function theTheme(head) {
  const found = /\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)/.exec(head)
  if (!found) return [lengths(head), '']
  const rest = head.replace(/^@media/, '').split(/\s+and\s+/).map((part) => part.trim()).filter((part) => !/^(all|screen)?$/.test(part) && !part.includes('prefers-color-scheme')).join(' and ')
  return [rest ? `@media ${rest}` : '', found[1]]
}

function selectors(head, scope, theme) {
  const list = head.split(/,(?![^(]*\))/).map((s) => s.trim())
  const more = list.flatMap((s) => placeholder(s, scope))
  return [...list, ...more].map((s) => selector(s, scope, theme)).join(',')
}

/** A class that inputs name as their placeholder-class is also the look of their placeholder. */
function placeholder(s, scope) {
  const last = /\.([\w-]+)$/.exec(s)
  return last && scope.placeholders?.has(last[1]) ? [`[placeholder-class~="${last[1]}"]::placeholder`] : []
}

function selector(s, scope, theme) {
  let out = s.replace(/(["'])(?:\\.|(?!\1)[^\\])*\1|(^|[\s>+~(,])([a-z][\w-]*)(?![\w-]*\()/g, (all, quote, before, tag) =>
    tag && drawn.includes(tag) ? `${before}wx-${tag}` : all)
  if (scope.component) {
    // The host's own classes are of whoever uses the component.
    out = out.replace(/:host(?:\(([^)]*)\))?|\.(-?[_a-zA-Z][\w-]*)/g, (all, more, name) =>
      name ? `.${scope.component}--${name}` : `[wx-host="${scope.component}"]${more || ''}`)
  }
  if (scope.page) {
    const root = /^wx-page(?![\w-])/.exec(out)
    out = root ? `wx-page:where(.${scope.page})${out.slice(7)}` : `:where(.${scope.page}) ${out}`
  }
  if (theme) out = `:where(.wx-${theme}) ${out}`
  return out
}
