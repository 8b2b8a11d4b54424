// Package wechatdata reads what WeChat signs and encrypts, and others carry: pushes (消息推送), which WeChat's servers send by
// themselves, and data that a mini-program passes on. It calls nobody and keeps nothing.
//
// Nothing is true before its proof has been checked: the signature, the padding, the length, whose it is. Everything is bounded
// before it is worked on. Errors say which check failed, and quote nothing that came.
//
// Where WeChat's documentation and its practice differ, this package follows the practice: keys are told apart without case, values
// have no blanks around them, a number may be a string, the 43 characters of an EncodingAESKey carry two bits too many, and the
// Content-Type of a push says nothing.
package wechatdata
