package apigw

import "slices"

// What follows is what a page in a browser needs that is not of the API's own origin (CORS). API Gateway and `wxbind serve`
// tell it to browsers. All of it is sorted.

// Methods lists the methods of all routes.
func Methods() []string {
	var methods []string
	for _, route := range Routes() {
		methods = append(methods, route.Method)
	}
	slices.Sort(methods)
	return slices.Compact(methods)
}

// RequestHeaders lists the headers that a route reads and that a client sets itself, in lower case. Authorization must be
// among them by name: a wildcard does not cover it (https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name).
func RequestHeaders() []string { return []string{"authorization", "content-type", "x-token"} }

// AnswerHeaders lists the headers of answers that say something to a client, in lower case, without those that every page
// may read (https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name).
func AnswerHeaders() []string { return []string{"retry-after", "www-authenticate"} }
