// Package wechat is the client of api.weixin.qq.com. It exchanges a one-time code of wx.login for an identity
// (code2Session), and a phone code for a phone number (getuserphonenumber), for which it gets an access_token
// (stable_token). With that it also tells an operator whether WeChat accepts an app's credentials.
//
// WeChat returns errors inside an HTTP 200. errcodes.go lists every errcode that WeChat documents for these calls,
// with the login.Code that it means. What a client and an operator do about it follows from that code.
//
// # One code, sent once
//
// A code can be used once, so a request that may have reached WeChat is never sent again: the second request would get
// 40163, and the session of the first would be lost. A [Client] sends a code a second time only
//
//   - when WeChat answers -1, busy;
//   - when no connection could be made, then to the fallback host if there is one;
//   - when a new connection broke before a byte of the request was written to it.
//
// There is no third time. The same holds for a phone code, which somebody has paid for. Only stable_token is also asked
// again after a lost answer: without a forced refresh it gives the same token. A kept connection on which nothing was
// written, because it is known to be over, does not count: the request goes on to the next one. By itself, net/http would
// resend a GET when the server closes a reused connection; this
// package prevents that.
//
// # Secrets
//
// AppSecret, code and access_token travel in the URL. No error of this package shows a URL, nor anything else that a peer may have
// echoed: of an answer it keeps numbers and the few parts that have a fixed form.
package wechat
