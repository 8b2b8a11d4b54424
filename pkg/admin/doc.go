// Package admin is what an administrator does: users and their passwords, bindings
// and sessions, roles, and the import of users from a file. It works on the same
// ports as package login, whose rules it keeps.
package admin
