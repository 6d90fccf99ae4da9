package adopt

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// fields are the entries of a map in the order in which people write them.
type fields []field

type field struct {
	key   string
	value any // fields, []any, or a scalar of a JSON tree
}

// set adds an entry, unless it says nothing.
func (f *fields) set(key string, value any) {
	switch v := value.(type) {
	case fields:
		if len(v) == 0 {
			return
		}
	case []any:
		if len(v) == 0 {
			return
		}
	}
	if value != nil && value != "" {
		*f = append(*f, field{key, value})
	}
}

// keep adds an entry whatever it says.
func (f *fields) keep(key string, value any) { *f = append(*f, field{key, value}) }

func (f fields) get(key string) any {
	for _, x := range f {
		if x.key == key {
			return x.value
		}
	}
	return nil
}

// without is the document without what stands at a path.
func without(v any, p manifest.Path) any {
	if len(p) == 0 {
		return nil
	}
	switch v := v.(type) {
	case fields:
		var out fields
		for _, x := range v {
			if x.key == p[0] {
				if x.value = without(x.value, p[1:]); x.value == nil {
					continue
				}
			}
			out = append(out, x)
		}
		return out
	case []any:
		i, _ := p[0].(int)
		var out []any
		for n, x := range v {
			if n == i {
				if x = without(x, p[1:]); x == nil {
					continue
				}
			}
			out = append(out, x)
		}
		return out
	}
	return v
}

// lineWidth is how long a map in braces may be.
const lineWidth = 100

// write appends the document as YAML: what is short in one line, the rest in blocks.
func write(b *strings.Builder, f fields, indent int) {
	for _, x := range f {
		entry(b, strings.Repeat(" ", indent), x, indent)
	}
}

func entry(b *strings.Builder, pad string, x field, indent int) {
	key := scalarText(x.key)
	if line, ok := flow(x.value); ok && indent+len(key)+len(line) < lineWidth && !wordy(x) {
		fmt.Fprintf(b, "%s%s: %s\n", pad, key, line)
		return
	}
	switch v := x.value.(type) {
	case fields:
		fmt.Fprintf(b, "%s%s:\n", pad, key)
		write(b, v, indent+2)
	case []any:
		fmt.Fprintf(b, "%s%s:\n", pad, key)
		for _, item := range v {
			listItem(b, item, indent+2)
		}
	default:
		block(b, pad, string(manifest.Marshal(map[string]any{x.key: v})))
	}
}

// wordy reports whether an entry is written as a block however short it is: what holds maps of maps.
func wordy(x field) bool {
	f, ok := x.value.(fields)
	if !ok {
		return false
	}
	for _, y := range f {
		if inner, ok := y.value.(fields); ok && (len(inner) > 2 || x.key == "services" || x.key == "secrets" || x.key == "environments") {
			return true
		}
	}
	return len(f) > 6
}

func listItem(b *strings.Builder, item any, indent int) {
	pad := strings.Repeat(" ", indent)
	if line, ok := flow(item); ok && indent+len(line) < lineWidth {
		fmt.Fprintf(b, "%s- %s\n", pad, line)
		return
	}
	f, ok := item.(fields)
	if !ok {
		block(b, pad, string(manifest.Marshal([]any{item})))
		return
	}
	var inner strings.Builder
	write(&inner, f, indent+2)
	b.WriteString(pad + "- " + strings.TrimPrefix(inner.String(), pad+"  "))
}

// block indents text that stands in lines of its own.
func block(b *strings.Builder, pad, text string) {
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) != "" {
			b.WriteString(pad)
		}
		b.WriteString(line)
	}
}

// flow is a value in one line, if it can be.
func flow(v any) (string, bool) {
	switch v := v.(type) {
	case fields:
		parts := make([]string, len(v))
		for i, x := range v {
			inner, ok := flow(x.value)
			if !ok {
				return "", false
			}
			parts[i] = flowText(x.key) + ": " + inner
		}
		return "{" + strings.Join(parts, ", ") + "}", true
	case []any:
		parts := make([]string, len(v))
		for i, x := range v {
			inner, ok := flow(x)
			if !ok {
				return "", false
			}
			parts[i] = inner
		}
		return "[" + strings.Join(parts, ", ") + "]", true
	case string:
		return flowText(v), !strings.Contains(v, "\n")
	}
	return scalarText(v), true
}

// flowText is a text that may stand between braces.
func flowText(s string) string {
	text := scalarText(s)
	if !strings.HasPrefix(text, `"`) && !strings.HasPrefix(text, "'") && strings.ContainsAny(text, ",[]{}:#") && !plainImage(text) {
		quoted, _ := json.Marshal(s) // a text always can be
		return string(quoted)
	}
	return text
}

// plainImage reports whether a colon in a text parts nothing in YAML.
func plainImage(s string) bool {
	return !strings.ContainsAny(s, ",[]{}#") && !strings.Contains(s, ": ") && !strings.HasSuffix(s, ":")
}

func scalarText(v any) string {
	text := strings.TrimSuffix(string(manifest.Marshal(v)), "\n")
	if strings.Contains(text, "\n") {
		quoted, _ := json.Marshal(v)
		return string(quoted)
	}
	return text
}
