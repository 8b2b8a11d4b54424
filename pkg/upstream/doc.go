// Package upstream is what all outgoing calls share: the transport with its bounds, one
// attempt at a request, the pause before the next one, the check of a base URL, and
// words for what went wrong on the network.
//
// What a call means, what is sent twice and what a failure is to a login stay with the
// package that makes it. Nothing here knows of the rest of the project.
//
// # Secrets
//
// URLs, headers and bodies hold secrets, and a peer may echo them. No text of this
// package holds any of them: errors of net/http are put into words by [Describe].
package upstream
