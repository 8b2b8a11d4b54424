// Elements are made here. Text goes in as text: nothing in this page parses HTML that it was sent.

const svgNamespace = 'http://www.w3.org/2000/svg'

/** el makes an element. Functions among the properties named on… are listeners; the others are attributes, left out if false or undefined. */
export function el(name, properties = {}, ...children) {
  const e = document.createElement(name)
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith('on')) e.addEventListener(key.slice(2), value)
    else if (value !== undefined && value !== false) e.setAttribute(key, value === true ? '' : value)
  }
  e.append(...children.filter((c) => c !== undefined && c !== null && c !== false))
  return e
}

/** icon makes one of the page's own drawings, which a screen reader skips. */
export function icon(name) {
  const svg = document.createElementNS(svgNamespace, 'svg')
  svg.setAttribute('class', 'icon')
  svg.setAttribute('aria-hidden', 'true')
  const use = document.createElementNS(svgNamespace, 'use')
  use.setAttribute('href', `#i-${name}`)
  svg.append(use)
  return svg
}

export const byId = (id) => document.getElementById(id)

/** button makes a button with an icon, if it has one, and text. */
export function button(text, onclick, { class: kind = 'quiet', icon: drawing, ...rest } = {}) {
  return el('button', { type: 'button', class: kind, onclick, ...rest }, drawing && icon(drawing), el('span', {}, text))
}

/** clock writes a time of the day; a time of another day has its date before it. */
export function clock(at, { millis = false } = {}) {
  const d = new Date(at)
  const two = (n, digits = 2) => String(n).padStart(digits, '0')
  const time = `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}` + (millis ? `.${two(d.getMilliseconds(), 3)}` : '')
  return d.toDateString() === new Date().toDateString() ? time : `${two(d.getMonth() + 1)}-${two(d.getDate())} ${time}`
}
