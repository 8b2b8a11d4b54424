// Package wechat is the client of api.weixin.qq.com: it exchanges a one-time code
// of wx.login for an identity (code2Session), and tells an operator whether WeChat
// takes an app's credentials.
//
// WeChat's errors come inside an HTTP 200. Every errcode that it documents for
// code2Session stands in errcodes.go, with the login.Code that it means. What a
// client and an operator do about it belongs to the code.
//
// # One code, sent once
//
// A code can be used once, so a request that may have reached WeChat is never sent
// again: the second would be told 40163, and the session of the first is lost.
// A [Client] sends a code a second time only
//
//   - when WeChat answers -1, busy;
//   - when no connection could be made, then to the fallback host if there is one;
//   - when the connection broke before a byte of the request was written to it.
//
// There is no third time. net/http would send a GET again by itself when the
// server closes a connection that was used before; it is kept from that.
//
// # Secrets
//
// AppSecret and code travel in the URL. No error of this package shows a URL, nor
// anything else that a peer may have echoed: of an answer it keeps numbers and
// the few parts that have a form of their own.
package wechat
