package manifest

import (
	"slices"
	"unicode"
	"unicode/utf8"
)

// sortKeys sorts as sigs.k8s.io/yaml does: letter by letter, letters after everything else, runs of digits by
// their value.
func sortKeys(keys []string) {
	if len(keys) < 2 {
		return
	}
	// Natural order can run in circles (010, 0b, 1_0). Sorting by bytes first keeps the result from depending on the
	// order of a map.
	slices.Sort(keys)
	slices.SortStableFunc(keys, compareKeys)
}

func compareKeys(a, b string) int {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	if i == len(a) || i == len(b) {
		return len(a) - len(b)
	}
	// The difference may lie inside of a character.
	for i > 0 && !utf8.RuneStart(a[i]) {
		i--
	}
	x, _ := utf8.DecodeRuneInString(a[i:])
	y, _ := utf8.DecodeRuneInString(b[i:])
	if lx, ly := unicode.IsLetter(x), unicode.IsLetter(y); lx != ly {
		if ly {
			return -1
		}
		return 1
	} else if lx {
		return int(x) - int(y)
	}
	return compareDigits(a, b, i, x, y)
}

// compareDigits orders two keys that differ at offset i in characters that are no letters.
func compareDigits(a, b string, i int, x, y rune) int {
	var head int64
	if (x == '0' || y == '0') && inNumber(a[:i]) {
		head = 1
	}
	m, ma := number(a[i:], head)
	n, nb := number(b[i:], head)
	switch {
	case m != n:
		if m < n {
			return -1
		}
		return 1
	case ma != nb:
		return ma - nb
	}
	return int(x) - int(y)
}

// inNumber reports whether text ends in digits that are not all zero: then a zero that follows has a value.
func inNumber(s string) bool {
	for len(s) > 0 {
		c, n := utf8.DecodeLastRuneInString(s)
		if !unicode.IsDigit(c) {
			return false
		}
		if c != '0' {
			return true
		}
		s = s[:len(s)-n]
	}
	return false
}

// number reads the digits that s begins with after the digits in head, and counts them. It wraps around, as the
// order it imitates does.
func number(s string, head int64) (value int64, count int) {
	value = head
	for _, c := range s {
		if !unicode.IsDigit(c) {
			break
		}
		value = value*10 + int64(c-'0')
		count++
	}
	return value, count
}
