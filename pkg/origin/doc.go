// Package origin finds the address of whoever sent a request. Without a proxy it is the peer's, the
// address at the other end of the connection. A proxy hides it, and names it in a header that anybody
// can forge. So the header counts only if the proxy is known: by its address, or by a key that it sends.
//
// API Gateway behaves like a proxy itself. It appends the address of its peer to X-Forwarded-For, and
// says in requestContext.http.sourceIp who the peer is.
package origin
