// Package secrets finds texts that look like a password, a token or a key in trees of YAML. What it says
// about one never holds the text itself, nor does it leave this package.
//
// It is made for trees without any: one look at each byte tells that nothing can be there, and most
// texts need no second one. Whether a suspect matters where it stands is for the checks to say.
package secrets

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Suspect is a text that looks like a secret.
type Suspect struct {
	Path manifest.Path
	By   Reason
	// What it looks like, with its article: an AWS access key.
	What string
	// Hash are the first eight hexadecimal digits of the text's sha256, by which its owner finds it.
	Hash string
}

// Reason is what gave a suspect away: the name it goes by, its form, or how random it is.
type Reason string

const (
	Name    Reason = "name"
	Form    Reason = "form"
	Entropy Reason = "entropy"
)

// mostOfText is how many suspects of one text are told.
const mostOfText = 10

// Find returns the suspects in a tree of maps, lists and scalars, sorted by path.
func Find(tree any) []Suspect {
	var f finder
	f.walk(tree, "")
	slices.SortStableFunc(f.found, func(a, b Suspect) int {
		return cmp.Or(slices.CompareFunc(a.Path, b.Path, compareSteps), cmp.Compare(a.What, b.What))
	})
	return f.found
}

func compareSteps(a, b any) int {
	x, xNumber := a.(int)
	y, yNumber := b.(int)
	if xNumber && yNumber {
		return cmp.Compare(x, y)
	}
	s, _ := a.(string)
	t, _ := b.(string)
	return cmp.Compare(s, t)
}

type finder struct {
	at    []step
	found []Suspect
}

// step is a key of a map, or an index where the key is empty.
type step struct {
	key   string
	index int
}

// walk visits every text with the name it goes by: the key of its map, the name beside a value, the
// flag before an argument.
func (f *finder) walk(tree any, name string) {
	switch v := tree.(type) {
	case map[string]any:
		for key, inner := range v {
			f.at = append(f.at, step{key: key})
			f.walk(inner, nameOf(v, key))
			f.at = f.at[:len(f.at)-1]
		}
	case []any:
		for i, inner := range v {
			f.at = append(f.at, step{index: i})
			f.walk(inner, flagOf(v, i, name))
			f.at = f.at[:len(f.at)-1]
		}
	case string:
		f.text(v, name)
	}
}

// nameOf is the name of a field. A secret beside a key, as tenants write it, is the name of one.
func nameOf(m map[string]any, key string) string {
	switch key {
	case "value":
		if name, ok := m["name"].(string); ok {
			return name
		}
	case "secret":
		if _, ok := m["key"].(string); ok {
			return ""
		}
	}
	return key
}

// flagOf is the flag that an argument belongs to, as in [--password, x].
func flagOf(list []any, i int, name string) string {
	if i == 0 {
		return name
	}
	if flag, ok := list[i-1].(string); ok && strings.HasPrefix(flag, "-") && !strings.ContainsAny(flag, "= ") {
		return flag
	}
	return name
}

func (f *finder) text(text, name string) {
	g := glance(text)
	named := sensitive(name)
	if named == "" && !g.random && !g.assigns && !g.login {
		return
	}
	var told []string
	tell := func(by Reason, what, part string) {
		same := func(other string) bool { return strings.Contains(other, part) || strings.Contains(part, other) }
		if !slices.ContainsFunc(told, same) && len(told) < mostOfText {
			told = append(told, part)
			f.found = append(f.found, Suspect{Path: f.path(), By: by, What: what, Hash: Hash(part)})
		}
	}
	scan(text, name, named, g, tell)
}

// scan tells what is in a text, the surest first.
func scan(text, name, named string, g seen, tell func(by Reason, what, part string)) {
	text = withoutPublic(text)
	if g.random || g.login {
		forms(text, func(what, part string) { tell(Form, what, part) })
	}
	if whole := strings.TrimSpace(text); named != "" && !strings.Contains(whole, "\n") && literal(whole, named) {
		tell(Name, named, whole)
		return
	}
	if g.assigns {
		assignments(text, func(what, value string) { tell(Name, what, value) })
	}
	if g.random {
		runs(text, name, tell)
	}
}

func (f *finder) path() manifest.Path {
	path := make(manifest.Path, len(f.at))
	for i, s := range f.at {
		if path[i] = s.key; s.key == "" {
			path[i] = s.index
		}
	}
	return path
}

// Hash is what is said of a text in its place.
func Hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:4])
}
