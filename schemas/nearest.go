package schemas

import "strings"

// nearest is the name that differs from a word by the fewest letters, at most by a third of them; the
// first of several, and empty if there is none.
func nearest(word string, names []string) string {
	best, least := "", max(1, len(word)/3)+1
	for _, name := range names {
		if d := edits(strings.ToLower(word), strings.ToLower(name)); d < least {
			best, least = name, d
		}
	}
	if best == "" {
		return begun(word, names)
	}
	return best
}

// begun is the one name that a word of three letters or more begins, such as production for prod.
func begun(word string, names []string) string {
	found := ""
	for _, name := range names {
		if len(word) < 3 || !strings.HasPrefix(strings.ToLower(name), strings.ToLower(word)) {
			continue
		}
		if found != "" {
			return ""
		}
		found = name
	}
	return found
}

// edits counts the letters to add, drop, change or swap. Long words are not compared.
func edits(a, b string) int {
	const far = 64
	if len(a) > far || len(b) > far {
		return far
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
