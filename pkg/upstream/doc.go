// Package upstream holds what all outgoing calls share: the bounded transport, the system's roots, one attempt at a
// request, the pause before the next attempt, the check of a base URL, and words for what went wrong on the network.
//
// The package that makes a call decides what the call means, what is sent twice, and what a failure means to a login.
// Nothing here knows the rest of the project.
//
// # Secrets
//
// URLs, headers and bodies hold secrets, and a peer may echo them. No text of this package contains any of them:
// [Describe] puts errors of net/http into words.
package upstream
