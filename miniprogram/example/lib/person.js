const { words } = require('../words.js')

// nameOf is what to call a user, who may have neither a name nor a username.
const nameOf = user => user.name || user.username || words.friend

const initialOf = name => name.slice(0, 1).toUpperCase()

module.exports = { nameOf, initialOf }
