package passwordpolicy

import (
	_ "embed"
	"strings"
)

// The lists have one folded password a line, in the order of their bytes. README.md says where they come from. They are
// searched as they are, so a process that sets no password spends nothing on them.
var (
	//go:embed zxcvbn.txt
	zxcvbnList string
	//go:embed ours.txt
	ourList string
)

// common says whether a folded password is in one of the lists.
func common(folded string) bool { return listed(zxcvbnList, folded) || listed(ourList, folded) }

// listed searches a sorted list of lines by bisection.
func listed(list, line string) bool {
	for list != "" {
		begin := strings.LastIndexByte(list[:len(list)/2], '\n') + 1 // of the line in the middle
		middle, after, _ := strings.Cut(list[begin:], "\n")
		switch strings.Compare(line, middle) {
		case 0:
			return true
		case -1:
			list = list[:begin]
		default:
			list = after
		}
	}
	return false
}
