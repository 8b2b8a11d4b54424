// The classic script's only name.
import { start } from './phone.js'

window.WxbindPhone = { start }
