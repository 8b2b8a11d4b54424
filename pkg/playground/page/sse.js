const firstPause = 500
const longestPause = 4000
const unseen = 60_000 // a browser has six connections to a server: a tab that nobody sees gives its own back

/**
 * follow reads the server's events for as long as the page is open. A browser takes up a broken stream by itself, but gives up on
 * one that was refused: that is opened anew here, with growing pauses. onState is told when it is lost and when it is back.
 */
export function follow(url, { onStep, onStore, onState }) {
  let pause = firstPause
  let source
  let timer
  function open() {
    clearTimeout(timer)
    source = new EventSource(url)
    source.addEventListener('open', () => {
      pause = firstPause
      onState(true)
    })
    source.addEventListener('step', (e) => onStep(JSON.parse(e.data)))
    source.addEventListener('store', () => onStore())
    source.addEventListener('error', () => {
      onState(false)
      if (source.readyState !== EventSource.CLOSED) return
      timer = setTimeout(open, pause)
      pause = Math.min(pause * 2, longestPause)
    })
  }
  document.addEventListener('visibilitychange', () => {
    clearTimeout(timer)
    if (document.hidden) timer = setTimeout(() => source.close(), unseen)
    else if (source.readyState === EventSource.CLOSED) open()
  })
  open()
}
