package login

import "strings"

// SaysNothing says whether a text is what JavaScript writes for a value that is not there, as in
// "code=" + undefined. These are all of them. What other languages write, such as None, nil and (null), is
// not among them: a mini-program is JavaScript, also if uni-app or Taro has made it, and each word more is
// one that nobody may have as a name.
func SaysNothing(text string) bool {
	return text == "undefined" || text == "null" || text == "NaN"
}

// LostObject says whether a text is what JavaScript makes of an object, [object Object] or, where an await was
// forgotten, [object Promise]. Something was said, and nobody can know what.
func LostObject(text string) bool {
	return strings.HasPrefix(text, "[object ") && strings.HasSuffix(text, "]")
}
