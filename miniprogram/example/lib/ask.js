const { lang, words } = require('../words.js')

// ask is whether the person confirms. WeChat refuses a dialog with a button of more than four characters, so that English has Yes and No.
// `danger` colours the button of what cannot be undone. A second tap, before the dialog stands, is no confirmation.
let open = false
module.exports = function ask({ title, content, confirmText, danger }) {
  if (open) return Promise.resolve(false)
  open = true
  return new Promise(resolve => {
    const answer = confirmed => {
      open = false
      resolve(confirmed)
    }
    wx.showModal({
      title: title || '',
      content: content || '',
      cancelText: words.no,
      confirmText: lang === 'zh' ? confirmText : words.yes,
      confirmColor: danger ? '#FA5151' : '#576B95',
      success: ({ confirm }) => answer(confirm),
      fail: () => answer(false),
    })
  })
}
