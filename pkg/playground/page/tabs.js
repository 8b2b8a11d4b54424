/**
 * tabs makes the buttons of a tablist show their panels, by click and by arrow keys. With `when`, a media query, the panels are
 * tabs only while it holds: a wide page shows them all, and they keep their own roles.
 */
export function tabs(list, when) {
  const all = [...list.querySelectorAll('button')]
  const panels = all.map((tab) => document.getElementById(tab.getAttribute('aria-controls')))
  const labels = panels.map((panel) => panel.getAttribute('aria-labelledby'))

  function select(chosen) {
    for (const [i, tab] of all.entries()) {
      tab.setAttribute('aria-selected', String(tab === chosen))
      tab.tabIndex = tab === chosen ? 0 : -1
      panels[i].classList.toggle('shown', tab === chosen)
    }
  }
  function roles() {
    const on = !when || when.matches
    for (const [i, panel] of panels.entries()) {
      set(panel, 'role', on ? 'tabpanel' : null)
      set(panel, 'aria-labelledby', on ? all[i].id : labels[i])
    }
  }
  for (const [i, tab] of all.entries()) {
    tab.setAttribute('role', 'tab')
    panels[i].classList.add('panel')
    tab.addEventListener('click', () => select(tab))
    tab.addEventListener('keydown', (e) => {
      const next = { ArrowRight: 1, ArrowLeft: -1 }[e.key]
      const to = next ? all.at((i + next) % all.length) : { Home: all[0], End: all.at(-1) }[e.key]
      if (!to) return
      e.preventDefault()
      select(to)
      to.focus()
    })
  }
  when?.addEventListener('change', roles)
  roles()
  select(all[0])
}

const set = (e, name, value) => (value === null ? e.removeAttribute(name) : e.setAttribute(name, value))
