package schemas

import "strconv"

// Milliseconds reads a duration that a schema has judged: 30d and 500ms alike. Anything else is 0.
func Milliseconds(text string) int64 {
	for _, unit := range []struct {
		word string
		long int64
	}{{"ms", 1}, {"s", 1000}, {"m", 60_000}, {"h", 3_600_000}, {"d", 86_400_000}} {
		digits := len(text) - len(unit.word)
		if digits > 0 && text[digits:] == unit.word {
			if n, err := strconv.ParseInt(text[:digits], 10, 64); err == nil {
				return n * unit.long
			}
		}
	}
	return 0
}
