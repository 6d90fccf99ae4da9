package plan

import (
	"cmp"
	"slices"
	"strings"
)

// neutral replaces the names that belong to one tenant or environment alone, so that what is the same for several
// compares equal. A name is replaced where it stands as words of its own: acme in acme-production, not in acmeville.
type neutral struct{ names []name }

// name is a text and the mark that stands for it. Marks hold a byte that no text has.
type name struct{ text, mark string }

// newNeutral replaces a namespace.
func newNeutral(namespace string) neutral {
	n := neutral{}
	return n.with(namespace, "\x00n")
}

// with replaces one name more; longer ones come first.
func (n neutral) with(text, mark string) neutral {
	if text == "" {
		return n
	}
	n.names = append(slices.Clone(n.names), name{text, mark})
	slices.SortStableFunc(n.names, func(a, b name) int { return cmp.Compare(len(b.text), len(a.text)) })
	return n
}

// text returns s with all names replaced.
func (n neutral) text(s string) string {
	if !slices.ContainsFunc(n.names, func(x name) bool { return strings.Contains(s, x.text) }) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		if i == 0 || !wordByte(s[i-1]) {
			if x, ok := n.at(s[i:]); ok {
				b.WriteString(x.mark)
				i += len(x.text)
				continue
			}
		}
		b.WriteByte(s[i])
		i++
	}
	return b.String()
}

// at returns the name that s begins with.
func (n neutral) at(s string) (name, bool) {
	for _, x := range n.names {
		if strings.HasPrefix(s, x.text) && (len(s) == len(x.text) || !wordByte(s[len(x.text)])) {
			return x, true
		}
	}
	return name{}, false
}

func wordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}
