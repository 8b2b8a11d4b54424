// Package app puts a Lambda function together from its environment. Only it and
// the commands know the concrete adapters; everything else meets them as ports
// of pkg/login.
package app
