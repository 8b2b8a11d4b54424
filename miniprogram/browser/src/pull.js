// Pulling a page down refreshes it, where its configuration has enablePullDownRefresh.
import { h } from './dom.js'

/** How far the page must be pulled, and how far it comes, in pixels. */
const enough = 40
const farthest = 60

/** Listens for the pull of a page. Returns {start, stop}: start shows the dots and calls refresh, stop hides them. */
export function pull(phone, entry, refresh) {
  const { scroll } = entry
  const dots = h(phone, 'div', 'wx-pull', { 'aria-hidden': 'true' }, h(phone, 'i'), h(phone, 'i'), h(phone, 'i'))
  let from
  let by = 0

  const move = (distance) => {
    by = Math.max(0, Math.min(farthest, distance))
    scroll.style.transform = by ? `translateY(${by}px)` : ''
  }
  const start = () => {
    scroll.before(dots)
    move(enough)
    refresh()
  }
  const stop = () => {
    dots.remove()
    move(0)
  }
  const begin = (y) => {
    from = scroll.scrollTop <= 0 && !dots.isConnected ? y : undefined
  }
  const drag = (y) => from !== undefined && move((y - from) / 2)
  const end = () => {
    if (from === undefined) return
    from = undefined
    if (by >= enough) start()
    else move(0)
  }

  if (entry.config.enablePullDownRefresh) {
    const touched = (act) => (event) => act(event.touches[0].clientY)
    const moused = (act) => (event) => event.pointerType !== 'touch' && event.buttons === 1 && act(event.clientY)
    const listeners = { touchstart: touched(begin), touchmove: touched(drag), touchend: end, pointerdown: moused(begin), pointermove: moused(drag), pointerup: end, pointerleave: end }
    for (const [type, listener] of Object.entries(listeners)) scroll.addEventListener(type, listener, { passive: true })
  }
  return { start, stop }
}
