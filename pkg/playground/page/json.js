import { el } from './dom.js'

const token = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|-?\b\d+(?:\.\d+)?(?:e[+-]?\d+)?\b/gi

/** json cuts printed JSON into pieces of text and coloured names, strings and values. */
export function json(text) {
  const pieces = []
  let end = 0
  for (const m of text.matchAll(token)) {
    pieces.push(text.slice(end, m.index))
    const kind = m[1] === undefined ? 'value' : m[2] === undefined ? 'string' : 'name'
    pieces.push(el('span', { class: `json-${kind}` }, m[1] ?? m[0]), m[2] ?? '')
    end = m.index + m[0].length
  }
  return [...pieces, text.slice(end)]
}
