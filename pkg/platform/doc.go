// Package platform asks the platform's own user directory, over HTTPS, in place of the users that wxbind keeps. The
// platform implements two operations, and two more if people are to log in by phone number or to become users:
//
//	POST {base}/authenticate   {"username":"…","password":"…"}                  whose password is it?
//	POST {base}/get            {"id":"…"}                                       who is it now?
//	POST {base}/byPhone        {"appId":"…","phone":"…"}                        whose number is it?
//	POST {base}/register       {"registrationId":"…","appId":"…","phone":"…"}   make a user, once
//
// openapi.yaml is the contract, docs/directory.md explains it, and examples/directory is a server that implements it.
//
// # Strict answers
//
// An answer counts only if its status, content type and body match the contract. A 404 for a wrong path, or a 401 of a
// gateway in between, says nothing about a user: taken at its word, it would end sessions or cost an attempt. Every
// such answer is login.DirectoryUnavailable, with an [*Error] as the cause, which says what to do. Of byPhone and register, a
// 404, 405 or 501 of any other kind says only that the platform does not have them: login.DirectoryCannot.
//
// # What is sent twice
//
// get and byPhone change nothing, and register carries an id under which nobody is made twice. So they are sent once
// more if the connection or the answer was lost, or the directory answered 5xx. They are not if the directory was too
// slow: more requests would not help. authenticate is sent once more only if no connection was made, since the platform
// may count wrong passwords, too. All are sent once more if the directory refuses the signature and the operator's
// secret, fetched anew, holds another key. Each request is signed anew, since a nonce is valid once.
//
// # Secrets
//
// No error of this package shows a password, a username, an id, a phone number, a key or a signature, nor anything else that the
// directory answered. Of an answer it keeps the status and which rule it breaks.
package platform
