package wechattest

import (
	"regexp"
	"strconv"
)

// code is a parsed js_code.
type code struct {
	// errcode is the errcode that always refuses the code; 0 for a person's code.
	errcode int
	// person is alice in alice-1.
	person string
	// plain is the code behind any fault: alice-1 in reset-alice-1.
	plain string
	// fault happens the first time the code is sent; nil for none.
	fault fault
}

var (
	refusedCode = regexp.MustCompile(`^err(-?[0-9]{1,6})-[A-Za-z0-9_-]+$`)
	plainCode   = regexp.MustCompile(`^([A-Za-z0-9_-]+)-[0-9]{1,18}$`)
	faultyCode  = regexp.MustCompile(`^([a-z]+)([0-9][0-9a-z.]*)?-([A-Za-z0-9_-]+-[0-9]{1,18})$`)
)

// parseCode parses a code. ok is false for a code that WeChat has not issued.
func parseCode(sent string) (c code, ok bool) {
	if len(sent) > maxCode {
		return code{}, false
	}
	if m := refusedCode.FindStringSubmatch(sent); m != nil {
		errcode, err := strconv.Atoi(m[1])
		return code{errcode: errcode}, err == nil && errcode != 0
	}
	c.plain = sent
	if m := faultyCode.FindStringSubmatch(sent); m != nil {
		if c.fault = faultNamed(m[1], m[2]); c.fault != nil {
			c.plain = m[3]
		}
	}
	m := plainCode.FindStringSubmatch(c.plain)
	if m == nil {
		return code{}, false
	}
	c.person = m[1]
	return c, true
}
