// What glass-easel draws with: real elements inside the phone, and their events as WeChat's.
import { Event } from 'glass-easel'
import { create } from './elements.js'

/** glass-easel's number for elements that are a document's own. */
const DOMLIKE = 3

/** A finger that moves farther, in pixels, does not tap. */
const farthest = 10

/** Sends a component's event with its detail. Events of built-in components do not bubble; a tap does. */
export function dispatch(element, type, detail, bubbles = false, extra = {}) {
  let at = element
  while (at && !at.__wxElement) at = at.parentNode
  if (!at) return
  Event.dispatchEvent(at.__wxElement, new Event(type, detail, { bubbles, composed: bubbles, capturePhase: true, extraFields: extra }))
}

/** A drawing context for one phone. */
export function backend(phone) {
  const { document } = phone
  return {
    mode: DOMLIKE,
    document: {
      createElement: (tag) => create(phone, tag),
      createTextNode: (text) => document.createTextNode(text),
      createDocumentFragment: () => document.createDocumentFragment(),
    },
    destroy() {},
    getWindowWidth: () => phone.root.clientWidth,
    getWindowHeight: () => phone.root.clientHeight,
    getDevicePixelRatio: () => window.devicePixelRatio,
    getTheme: () => phone.theme,
    // All style sheets stand in the phone's own style element.
    registerStyleSheetContent() {},
    appendStyleSheetPath: () => 0,
    disableStyleSheet() {},
    render: (done) => phone.timers.setTimeout(() => done(null), 0),
    getRootNode: () => phone.root,
    associateValue(element, value) {
      element.__wxElement = value
    },
    onEvent() {},
    setListenerStats(element, type, capture, level) {
      if (type === 'tap' && !capture && level !== 2) reachable(element)
    },
    setModelBindingStat(element, name, listener) {
      (element.wxModel ||= {})[name] = listener
    },
  }
}

/** What is tapped can be reached by the keyboard as well. */
function reachable(element) {
  if (!element || element.matches('button,input,textarea,label,[tabindex]') || !element.tagName.startsWith('WX-')) return
  element.tabIndex = 0
  if (!element.hasAttribute('role')) element.wxRole = true, element.setAttribute('role', 'button')
}

/** A pointer's event as one of WeChat's touches. */
function touchOf({ clientX, clientY }) {
  return { identifier: 0, pageX: clientX, pageY: clientY, clientX, clientY }
}

/** Makes clicks taps, keys clicks, and draws hover-class. Returns what takes the listeners off again. */
export function listen(phone) {
  const { root } = phone
  const off = new AbortController()
  const on = (type, listener) => root.addEventListener(type, listener, { signal: off.signal })
  let labelled = null
  let down = null

  on('click', (event) => {
    // What was dragged was not tapped.
    if (event.detail > 0 && down && Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) > farthest) return
    // A label's click on its control is no second tap.
    if (labelled && event.target === labelled) {
      labelled = null
      return
    }
    const label = event.target.closest?.('label')
    labelled = label && label.control !== event.target ? label.control : null
    const touch = touchOf(event)
    dispatch(event.target, 'tap', { x: event.clientX, y: event.clientY }, true, { touches: [touch], changedTouches: [touch] })
    acts(event)
  })
  on('keydown', (event) => {
    const target = event.target
    if ((event.key !== 'Enter' && event.key !== ' ') || !target.tagName.startsWith('WX-') || !target.__wxElement) return
    event.preventDefault()
    target.click()
  })
  for (const [type, name] of [['pointerdown', 'touchstart'], ['pointermove', 'touchmove'], ['pointerup', 'touchend'], ['pointercancel', 'touchcancel']]) {
    on(type, (event) => {
      if (type === 'pointermove' && !event.buttons) return
      if (type === 'pointerdown') down = touchOf(event)
      const touch = touchOf(event)
      const held = type === 'pointerdown' || type === 'pointermove'
      dispatch(event.target, name, {}, true, { touches: held ? [touch] : [], changedTouches: [touch] })
      if (type === 'pointerdown') hover(phone, event.target)
    })
  }
  return () => off.abort()

  function acts(event) {
    for (let at = event.target; at && at !== root; at = at.parentNode) {
      if (at.wxClick) return at.wxClick(event)
    }
  }
}

function hover(phone, target) {
  const held = target.closest?.('[hover-class]:not([disabled])')
  const names = held?.getAttribute('hover-class')
  if (!names || names === 'none') return
  const classes = names.split(/\s+/).filter(Boolean)
  const button = held.tagName === 'BUTTON'
  const stay = Number(held.getAttribute('hover-stay-time') || (button ? 70 : 400))
  held.classList.add(...classes)
  const off = new AbortController()
  const end = () => {
    off.abort()
    phone.timers.setTimeout(() => held.classList.remove(...classes), stay)
  }
  for (const type of ['pointerup', 'pointercancel']) window.addEventListener(type, end, { signal: off.signal })
}
