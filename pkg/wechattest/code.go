package wechattest

import (
	"regexp"
	"strconv"
	"strings"
)

// code is a parsed js_code or phone code.
type code struct {
	// errcode is the errcode that always refuses the code; 0 for a person's code.
	errcode int
	// person is alice in alice-1; "" for the phone code of a number that anybody may have.
	person string
	// number is the number of a phone code, in the form of E.164; "" for a js_code.
	number string
	// plain is the code behind any fault: alice-1 in reset-alice-1, and phone-alice-1 in phone-reset-alice-1.
	plain string
	// fault happens the first time the code is sent; nil for none.
	fault fault
	// faultName is the fault's prefix, such as slow.
	faultName string
}

var (
	refusedCode = regexp.MustCompile(`^err(-?[0-9]{1,6})-[A-Za-z0-9_-]+$`)
	plainCode   = regexp.MustCompile(`^(\+?[A-Za-z0-9_-]+)-[0-9]{1,18}$`)
	faultyCode  = regexp.MustCompile(`^([a-z]+)([0-9][0-9a-z.]*)?-(\+?[A-Za-z0-9_-]+-[0-9]{1,18})$`)
)

// parseCode parses a js_code. ok is false for a code that WeChat has not issued, and for a phone code.
func parseCode(sent string) (c code, ok bool) {
	c, ok = parse(sent)
	if strings.HasPrefix(c.plain, phonePrefix) || strings.HasPrefix(c.plain, "+") {
		return code{}, false
	}
	return c, ok
}

// parse parses a code, or what stands behind the prefix of a phone code.
func parse(sent string) (c code, ok bool) {
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
			c.plain, c.faultName = m[3], m[1]
		}
	}
	m := plainCode.FindStringSubmatch(c.plain)
	if m == nil {
		return code{}, false
	}
	c.person = m[1]
	return c, true
}
