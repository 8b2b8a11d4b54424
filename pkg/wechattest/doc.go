// Package wechattest is a stand-in for api.weixin.qq.com. Its http.Handler answers code2Session, stable_token and
// getuserphonenumber as WeChat does, and fails as WeChat does when asked to. It serves Go tests, through httptest.NewServer, and offline
// work.
//
// # Codes
//
// Codes are readable, so that nobody needs a phone to make one. A name may contain any of [A-Za-z0-9_-], but not begin
// with phone-.
//
//	alice-1, alice-2    two one-time codes of the same person, alice
//	err40029-x          that errcode, every time; also err-1-x, and any other number
//	anything else       errcode 40029
//
// A person's openid is that of [OpenID], the same in every process, and the unionid that of [UnionID]. The session_key
// is new with each code: that of [SessionKey], with which [Encrypt] encrypts as WeChat does. A code can be used once in each app; after that it returns 40163. Codes do not expire, since
// nobody can tell when alice-1 was made. A [Server] forgets a used code after 20,000 others.
//
// # Phone codes
//
// A phone code begins with phone-, and no js_code does. Each is 40029 in the other's place.
//
//	phone-alice-1              the number of alice, that of [PhoneNumber]; with another person's openid it is 40003
//	phone-13800138000-1        +8613800138000, with whichever openid
//	phone-+14155550100-1       +14155550100
//	phone-other-alice-1        errcode 40013, as for the code of another mini-program
//	phone-err45011-x           that errcode, every time
//	phone-busy-alice-1         a fault, as below; so phone-slow2s-alice-1, phone-lost-alice-1 …
//	anything else              errcode 40029
//
// WeChat does not document by which errcode it refuses a code that is not the openid's. Here it is 40003, and the code is
// not used by that. A used phone code is 40029: there is no errcode of its own. The country code comes as a number in the
// answer if it is not 86, since WeChat sends both strings and numbers.
//
// # Tokens
//
// A stable token lives 7200 seconds. In its last 300 the next one is given, and both are good. A call with one that is over
// is 42001; with one that nobody was given, or that ended by a forced refresh or [Server.KillTokens], 40001.
//
// # Faults
//
// A prefix makes a code fail. The fault happens once per spelling and app; after that, the spelling works like the code
// behind it.
//
//	busy-alice-1        errcode -1
//	empty-alice-1       a 200 without a body
//	html-alice-1        a 200 with a gateway's HTML page
//	http503-alice-1     that status, any from 400 to 599, with such a page
//	huge-alice-1        4 MiB that begin like a good answer
//	reset-alice-1       the connection is reset without an answer
//	lost-alice-1        the same, but after the code was used
//	slow2s-alice-1      the answer comes late; any [time.ParseDuration], at most 30s
//	bom-alice-1         a good answer, with a byte order mark before its JSON
//
// The first six come from what stands before WeChat's login service, such as a gateway or a load balancer. The service
// never sees the code, so alice-1 can still be used. With lost, slow and bom the service does its work first, so alice-1
// is used, whether or not the caller waited for the answer. These three create no second session: once the fault has
// happened, they return 40163 like alice-1 itself.
//
// # Order of checks
//
// As in WeChat: the method (a POST is 41002), appid (41002 missing, 40013 wrong), secret (41004, 40125), the caller's
// address (40164, see [Server.SetIPList]), js_code (41008 empty), grant_type (40002), and only then the code.
// stable_token requires a POST (else 43002) of JSON (44002 empty, 47001 unreadable) and checks grant_type first.
// getuserphonenumber requires such a POST, too, and checks its token (41001 missing) before the code. A
// refusal is a 200 of text/plain with an errcode and an errmsg that ends in a rid; a path that does not exist is a 404
// with errcode 40066.
package wechattest
