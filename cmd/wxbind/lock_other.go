//go:build !unix

package main

// lockFolder locks nothing on this operating system.
func lockFolder(string, bool) (unlock func(), err error) { return func() {}, nil }
