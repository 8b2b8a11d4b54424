// Package admin is what an administrator does: manage users and their passwords, bindings and sessions,
// manage roles, and import users from a file. It works on the ports of package login and keeps its rules.
//
// The lists of errors name what a method decides itself. Beside them each method can return what the store
// and the hasher answer. The codes and errors in the lists that do not stand here are package login's.
package admin
