package plan

import (
	"strconv"
)

// child follows keys through maps; nil, which reads as an empty map, where the way ends.
func child(v any, keys ...string) map[string]any {
	m, _ := at(v, keys...).(map[string]any)
	return m
}

// at follows keys through maps to any value; nil where the way ends.
func at(v any, keys ...string) any {
	for _, k := range keys {
		m, _ := v.(map[string]any)
		v = m[k]
	}
	return v
}

// list returns a list, or nil.
func list(v any) []any {
	l, _ := v.([]any)
	return l
}

// texts are the strings of a list.
func texts(v any) []string {
	var out []string
	for _, item := range list(v) {
		if s, ok := item.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// text returns a string, or "".
func text(v any, keys ...string) string {
	s, _ := at(v, keys...).(string)
	return s
}

// count returns a whole number that is not negative, or the fallback.
func count(v any, fallback int64) int64 {
	switch n := v.(type) {
	case int64:
		return max(n, 0)
	case float64:
		if n >= 0 && n < 1<<53 {
			return int64(n)
		}
	}
	return fallback
}

func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
