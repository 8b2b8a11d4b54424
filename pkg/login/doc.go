// Package login is the domain of wxbind: who a WeChat identity is, which user
// of the platform it is bound to, and the session that a login opens.
//
// A login begins with a one-time code and reads from top to bottom:
//
//	Service.Check         is this WeChat identity bound? Then open a session.
//	Service.Bind          bind it to the user whose password is given, then open a session.
//	Service.Code2Session  only say who it is.
//
// Each of them first exchanges the code for an [Identity]; see exchange.go. A visit
// begins with the token of a session:
//
//	Service.Verify        whose living session is it?
//	Service.Menus, Logout, LivingSessions, RevokeSession
//	Service.Unbind, Export, Delete, which may demand a fresh code as well
//	Service.Introspect    answers a service of the platform that asks about a token
//
// guessing.go bounds wrong passwords, repeat.go lets a client send the same code
// again, removal.go takes a user out while logins are under way. What the package
// needs from outside stands in ports.go and store.go, and every failure it can answer
// in codes.go. It imports the standard library only.
package login
