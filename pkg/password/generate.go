package password

import (
	"crypto/rand"

	"github.com/wxbind/wxbind/pkg/login"
)

// alphabet has no characters that are easily confused (0 o, 1 i l), and none that JSON, a URL or a shell would escape.
const alphabet = "23456789abcdefghjkmnpqrstuvwxyz"

// Generate makes a random password that can be read out and pasted anywhere: three groups of six characters joined by
// "-", with 89 bits of entropy.
func Generate() login.Hidden {
	const groups, group = 3, 6
	text := make([]byte, 0, groups*(group+1))
	for i := range groups * group {
		if i > 0 && i%group == 0 {
			text = append(text, '-')
		}
		text = append(text, alphabet[random(len(alphabet))])
	}
	return login.Hidden(text)
}

// random returns a uniform random number below n (at most 32). It draws again when a number is out of range.
func random(n int) int {
	var b [1]byte
	for {
		rand.Read(b[:]) // never fails since Go 1.24
		if i := int(b[0] & 31); i < n {
			return i
		}
	}
}
