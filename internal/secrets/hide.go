package secrets

import (
	"cmp"
	"slices"
	"strings"
)

// Hidden stands for a secret.
const Hidden = "***"

// rounds is how often a text is read again for what the round before had no room for; what then still holds
// secrets is hidden as a whole.
const rounds = 20

// Hide returns a copy of the tree with [Hidden] in place of what [Find] tells of, and of all of it where that
// stands in another form, such as base64. Name is what the tree goes by; it may be empty.
func Hide(tree any, name string) any {
	switch v := tree.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, inner := range v {
			out[key] = Hide(inner, nameOf(v, key))
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, inner := range v {
			out[i] = Hide(inner, flagOf(v, i, name))
		}
		return out
	case string:
		return hide(v, name)
	}
	return tree
}

func hide(text, name string) string {
	named := sensitive(name)
	for range rounds {
		g := glance(text)
		if named == "" && !g.random && !g.assigns && !g.login {
			return text
		}
		var parts []string
		scan(text, name, named, g, func(_ Reason, _, part string) { parts = append(parts, part) })
		if len(parts) == 0 {
			return text
		}
		clean := replaceAll(text, parts)
		if clean == text {
			return Hidden
		}
		text = clean
	}
	return Hidden
}

// replaceAll hides the longest parts first, which may hold shorter ones.
func replaceAll(text string, parts []string) string {
	slices.SortFunc(parts, func(a, b string) int { return cmp.Or(len(b)-len(a), cmp.Compare(a, b)) })
	for _, part := range parts {
		text = strings.ReplaceAll(text, part, Hidden)
	}
	return text
}
