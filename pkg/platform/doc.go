// Package platform asks the platform's own user directory, over HTTPS, in place of the users that wxbind keeps. The
// platform implements two operations:
//
//	POST {base}/authenticate   {"username":"…","password":"…"}   whose password is it?
//	POST {base}/get            {"id":"…"}                        who is it now?
//
// openapi.yaml is the contract, docs/directory.md explains it, and examples/directory is a server that implements it.
//
// # Strict answers
//
// An answer counts only if its status, content type and body match the contract. A 404 for a wrong path, or a 401 of a
// gateway in between, says nothing about a user: taken at its word, it would end sessions or cost an attempt. Every
// such answer is login.DirectoryUnavailable, with an [*Error] as the cause, which says what to do.
//
// # What is sent twice
//
// get changes nothing, so it is sent once more if the connection or the answer was lost, or the directory answered 5xx.
// It is not if the directory was too slow: more requests would not help. authenticate is sent once more only if no
// connection was made, since the platform may count wrong passwords, too. Both are sent once more if the directory
// refuses the signature and the operator's secret, fetched anew, holds another key. Each request is signed anew, since
// a nonce is valid once.
//
// # Secrets
//
// No error of this package shows a password, a username, an id, a key or a signature, nor anything else that the
// directory answered. Of an answer it keeps the status and which rule it breaks.
package platform
