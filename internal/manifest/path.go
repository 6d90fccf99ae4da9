package manifest

import (
	"strconv"
	"strings"
)

// Path leads from the root of a document to a field: a string is a key, an int an index.
type Path []any

// String writes the path as people do: spec.containers[0].image. A key that holds a dot, a slash or
// a bracket stands in brackets and quotes: metadata.labels["app.kubernetes.io/name"].
func (p Path) String() string {
	var b strings.Builder
	for _, step := range p {
		switch s := step.(type) {
		case int:
			b.WriteString("[" + strconv.Itoa(s) + "]")
		case string:
			if s == "" || strings.ContainsAny(s, `./[]" `) {
				b.WriteString("[" + strconv.Quote(s) + "]")
				continue
			}
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(s)
		}
	}
	return b.String()
}

// ParsePath reads what [Path.String] writes. Text that is no path comes back as one key.
func ParsePath(s string) Path {
	var p Path
	for rest := s; rest != ""; {
		if rest[0] == '.' {
			rest = rest[1:]
		}
		if strings.HasPrefix(rest, "[") {
			end := strings.IndexByte(rest, ']')
			if strings.HasPrefix(rest, `["`) {
				q, err := strconv.QuotedPrefix(rest[1:])
				if err != nil || !strings.HasPrefix(rest[1+len(q):], "]") {
					return Path{s}
				}
				key, _ := strconv.Unquote(q)
				p, rest = append(p, key), rest[len(q)+2:]
				continue
			}
			n, err := strconv.Atoi(rest[1:max(end, 1)])
			if err != nil {
				return Path{s}
			}
			p, rest = append(p, n), rest[end+1:]
			continue
		}
		end := strings.IndexAny(rest, ".[")
		if end < 0 {
			end = len(rest)
		}
		if end == 0 {
			return Path{s}
		}
		p, rest = append(p, rest[:end]), rest[end:]
	}
	return p
}

// Join returns p with steps added, leaving p alone.
func (p Path) Join(steps ...any) Path {
	return append(append(make(Path, 0, len(p)+len(steps)), p...), steps...)
}

// Lookup follows the path in a JSON tree.
func (p Path) Lookup(tree any) (any, bool) {
	for _, step := range p {
		switch s := step.(type) {
		case string:
			m, ok := tree.(map[string]any)
			if !ok {
				return nil, false
			}
			if tree, ok = m[s]; !ok {
				return nil, false
			}
		case int:
			l, ok := tree.([]any)
			if !ok || s < 0 || s >= len(l) {
				return nil, false
			}
			tree = l[s]
		}
	}
	return tree, true
}
