const follow = require('../../lib/follow.js')

Page(follow({ title: 'termsTitle' }))
