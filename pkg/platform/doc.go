// Package platform asks the platform's own directory of users, over HTTPS, in the
// place of the users that wxbind keeps. The platform implements two operations:
//
//	POST {base}/authenticate   {"username":"…","password":"…"}   whose password is it?
//	POST {base}/get            {"id":"…"}                        who is it now?
//
// openapi.yaml is the contract, docs/directory.md explains it, and
// examples/directory is a server of it.
//
// # Strict answers
//
// An answer counts only if status, content type and body are one of the contract.
// A 404 of a wrong path, or a 401 of some gateway between, is no word about a
// user: it would end sessions, or cost a try. All such is
// login.DirectoryUnavailable, with an [*Error] as the cause, which says what to do.
//
// # What is sent twice
//
// get changes nothing, so it is asked once more when the connection or the answer
// was lost, or the directory answered 5xx; not when it was too slow, which more
// requests do not help. authenticate is sent once more only if no connection was
// made: the platform may count wrong passwords, too. Both are sent once more when
// the directory refuses the signature and the operator's secret, fetched anew,
// holds another key. Each is signed anew, since a nonce is good for once.
//
// # Secrets
//
// No error of this package shows a password, a username, an id, a key or a
// signature, nor anything else that the directory answered: of an answer it keeps
// the status and which rule it breaks.
package platform
