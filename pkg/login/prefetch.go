package login

import "crypto/subtle"

// Pre-fetch (数据预拉取): at a cold start WeChat's own servers ask an address that the console names, with a code that they have made,
// while the mini-program is still loading. Pointed at checkBind, the login is done before the first page runs. The caller is not the
// person's phone, so neither its address nor its device is the person's.
// https://developers.weixin.qq.com/miniprogram/dev/framework/ability/pre-fetch.html

// PrefetchDevice is the device of a session that a pre-fetch has opened. An identity has one such session in an app: a launch
// reads only what was fetched for it.
const PrefetchDevice = "WeChat pre-fetch"

// prefetches says whether the caller shows the app's key.
func (c *Caller) prefetches(app App) bool {
	return c.PrefetchKey != "" && subtle.ConstantTimeCompare([]byte(c.PrefetchKey), []byte(app.PrefetchKey)) == 1
}

// inPlaceOfPerson makes of WeChat, which asks for somebody, a caller whose address and device are not that person's.
func (c *Caller) inPlaceOfPerson() { c.SharedAddress, c.Device = true, PrefetchDevice }
