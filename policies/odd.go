package policies

import (
	"fmt"
	"maps"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// odd returns the first character of a text that people do not see, or that changes the order in which
// they see the others. Tabs and the ends of lines are none.
func odd(text string) (rune, bool) {
	for i := 0; i < len(text); i++ {
		if c := text[i]; c < ' ' && c != '\t' && c != '\n' && c != '\r' || c >= 0x7f {
			return oddAmong(text[i:])
		}
	}
	return 0, false
}

func oddAmong(text string) (rune, bool) {
	for i, c := range text {
		_, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case c == '\t' || c == '\n' || c == '\r':
		case unicode.IsControl(c), manifest.Reorders(c), c == utf8.RuneError && size == 1:
			return c, true
		}
	}
	return 0, false
}

// oddities are the places of odd texts in a tree, each as the path that leads to it and its first odd
// character. The path of a key ends at its map: what it is called must not be printed.
func oddities(tree any, path manifest.Path) []any {
	var all []any
	note := func(text, what string) {
		if c, ok := odd(text); ok {
			all = append(all, []any{[]any(path), fmt.Sprintf("%s with U+%04X", what, c)})
		}
	}
	switch v := tree.(type) {
	case string:
		note(v, "a text")
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if _, hidden := odd(key); hidden {
				note(key, "a key")
				continue
			}
			all = append(all, oddities(v[key], path.Join(key))...)
		}
	case []any:
		for i, inner := range v {
			all = append(all, oddities(inner, path.Join(i))...)
		}
	}
	return all
}
