// Package app puts a Lambda function together from its environment. Only this
// package, pkg/doctor, the functions and the command know the concrete adapters.
// Everything else sees them as ports of pkg/login.
package app
