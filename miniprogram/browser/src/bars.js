// The navigation bar with its capsule, and the tab bar.
import { h } from './dom.js'

/** Makes the bars of a page. draw says which button is on the left; colour follows the theme. */
export function bars(phone, entry, { back, home }) {
  const { config } = entry
  const title = h(phone, 'h2', 'wx-nav-title', {}, config.navigationBarTitleText || '')
  const left = h(phone, 'div', 'wx-nav-left')
  const capsule = h(phone, 'div', 'wx-capsule', { 'aria-hidden': 'true' }, h(phone, 'i', 'wx-dots'), h(phone, 'i', 'wx-circle'))
  const nav = h(phone, 'div', 'wx-nav', {}, left, title, capsule)
  nav.style.paddingTop = `${phone.system.statusBarHeight || 0}px`
  if (config.navigationStyle === 'custom') nav.classList.add('wx-nav-custom')
  let list
  const english = phone.system.language === 'en'
  const quietly = (act) => () => {
    try {
      act()
    } catch (e) {
      phone.fault(e)
    }
  }

  /** The title is also what a screen reader says of a page that opens. */
  function setTitle(text) {
    title.textContent = text
    entry.frame.setAttribute('aria-label', text)
  }

  function colour() {
    const white = phone.themed(config.navigationBarTextStyle, 'white') !== 'black'
    nav.style.backgroundColor = phone.themed(config.navigationBarBackgroundColor, '#000000')
    nav.style.color = white ? '#fff' : '#000'
    nav.classList.toggle('wx-nav-white', white)
    entry.frame.style.backgroundColor = phone.themed(config.backgroundColor, '')
    if (list) colourTabs()
  }

  function colourTabs() {
    const bar = phone.project.app.tabBar
    list.style.backgroundColor = phone.themed(bar.backgroundColor, '#ffffff')
    list.style.borderTopColor = bar.borderStyle === 'white' ? 'transparent' : ''
    for (const [i, button] of [...list.children].entries()) {
      const item = phone.tabs[i]
      const here = item.pagePath === entry.route
      const icon = phone.picture(`/${phone.themed(here ? item.selectedIconPath : item.iconPath, '')}`)
      button.querySelector('span').textContent = item.text
      button.style.color = phone.themed(here ? bar.selectedColor : bar.color, here ? '#07c160' : '#999999')
      if (button.querySelector('img') && icon) button.querySelector('img').src = icon
    }
  }

  return {
    nav,
    colour,
    draw(canGoBack, tab, canGoHome) {
      left.replaceChildren()
      if (canGoBack && !tab) left.append(h(phone, 'button', 'wx-back', { type: 'button', 'aria-label': english ? 'Back' : '返回', click: quietly(back) }))
      else if (canGoHome && !tab) left.append(h(phone, 'button', 'wx-home', { type: 'button', 'aria-label': english ? 'Home' : '首页', click: quietly(home) }))
      setTitle(title.textContent)
      colour()
    },
    setTitle,
    setColor(front, background) {
      Object.assign(config, front && { navigationBarTextStyle: front === '#ffffff' ? 'white' : 'black' }, background && { navigationBarBackgroundColor: background })
      colour()
    },
    tabs(go) {
      const items = phone.tabs.map((tab) => h(phone, 'button', 'wx-tab', {
        type: 'button', 'aria-current': tab.pagePath === entry.route ? 'page' : undefined, click: () => go(tab.pagePath),
      }, tab.iconPath ? h(phone, 'img', '', { alt: '' }) : null, h(phone, 'span', '', {}, tab.text)))
      list = h(phone, 'nav', 'wx-tabs', { 'aria-label': english ? 'Tabs' : '标签栏' }, ...items)
      colour()
      return list
    },
  }
}
