// Package login is the domain of wxbind: whose code it is, which user of the platform that WeChat
// identity is bound to, and the session that a login opens. docs/design.md has the glossary.
//
// A login begins with a one-time code of wx.login. First it exchanges the code for an [Identity].
//
//	Service.Check         Is the identity bound? If so, open a session.
//	Service.Bind          Bind it to the user whose password is given, then open a session.
//	Service.Code2Session  Only say who it is: no session.
//
// Read check.go, exchange.go and open.go in this order, then bind.go and guessing.go, which bounds
// wrong passwords. repeat.go lets a client send the same code again.
//
// A visit begins with the token of a session.
//
//	Service.Verify        Whose live session is it?
//	Service.Menus, Logout, LiveSessions, RevokeSession
//	Service.Unbind, Export, Delete   These may ask for a fresh code as well: see reauthenticate.go.
//
// removal.go deletes a user while logins are under way. Service.Introspect tells one of the
// platform's services whose token it holds.
//
// The ports, which is what the package needs from outside, are in ports.go, store.go and
// registry.go. Every failure that a client can be told is in codes.go. A list of errors in a
// comment may say "what the store answers": that is what the port's comments list. The package
// imports the standard library only.
package login
