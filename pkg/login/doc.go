// Package login is the domain of wxbind: who a WeChat identity is, which user
// of the platform it is bound to, and the session that a login opens.
//
// A login reads from top to bottom:
//
//	Service.Check     is this WeChat identity bound? Then open a session.
//	Service.Bind      bind it to the user whose password is given, then open a session.
//	Service.Exchange  only say who it is.
//
// All three begin in Service.identify, which turns a one-time code into an
// [Identity]. The package imports the standard library only; what it needs from
// outside stands in ports.go, and every failure it can answer stands in codes.go.
package login
