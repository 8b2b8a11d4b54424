// The menus of the person's roles, as the home page draws them.
const { words } = require('../words.js')

// The icons that index.wxss draws. Any other is drawn as the first letter of the menu's name.
const icons = ['home', 'user', 'order', 'chart', 'setting', 'scan', 'file', 'message']

const tile = ({ id, name, path, icon }) => {
  const drawn = icons.indexOf(icon) >= 0
  return { id, name, path, icon: drawn ? icon : 'none', letter: drawn ? '' : name.slice(0, 1) }
}

// groupsOf gives the grids: one of the menus that stand alone, and one for each menu that has others below it, at whatever depth.
function groupsOf(menus) {
  const alone = menus.filter(menu => !menu.children.length)
  const groups = alone.length ? [{ id: '', name: words.services, menus: alone.map(tile) }] : []
  const below = menu => (menu.children.length ? [].concat(...menu.children.map(below)) : [tile(menu)])
  menus.filter(menu => menu.children.length).forEach(menu => {
    groups.push({ id: menu.id, name: menu.name, menus: below(menu) })
  })
  return groups
}

// openMenu goes to a menu's page. A role may name a page that this version does not have, or none.
function openMenu(path) {
  const noPage = () => wx.showToast({ title: words.noPage, icon: 'none' })
  if (!/^\/?pages\//.test(path)) return noPage()
  const url = path.charAt(0) === '/' ? path : '/' + path
  // Pages of the tab bar can only be switched to, and no other can.
  return wx.switchTab({ url, fail: () => wx.navigateTo({ url, fail: noPage }) })
}

module.exports = { groupsOf, openMenu }
