package overlay

import (
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// marked are the labels by which the platform tells objects apart: policies, network rules and
// inventories believe them, so no person sets them.
var marked = []string{
	"app.kubernetes.io/managed-by", EnvironmentLabel, "tenantsmith.dev/phase", "tenantsmith.dev/step", "tenantsmith.dev/tenant", "tenantsmith.dev/tier",
}

func isMarked(label string) bool {
	return slices.Contains(marked, label) || strings.HasPrefix(label, manifest.GuardLabel)
}

// mark is one of the marked labels in an object.
type mark struct {
	path  manifest.Path
	value any
}

func (m mark) label() string { return m.path[len(m.path)-1].(string) }

// marks returns the marked labels of an object, of everything in it that carries labels (pod
// templates, claims, the labels that a Rollout gives to some of its pods), and of the selector of its
// pods, in the order of their paths.
func marks(tree map[string]any) []mark { return marksIn(tree, nil) }

func marksIn(v any, at manifest.Path) []mark {
	var out []mark
	switch v := v.(type) {
	case map[string]any:
		here := holdsLabels(at)
		for _, k := range sortedKeys(v) {
			p := at.Join(k)
			if here && isMarked(k) {
				out = append(out, mark{p, v[k]})
			}
			out = append(out, marksIn(v[k], p)...)
		}
	case []any:
		for i := range v {
			out = append(out, marksIn(v[i], at.Join(i))...)
		}
	}
	return out
}

// holdsLabels tells a map of labels by its path. Selectors elsewhere, such as those of an affinity,
// choose among pods and mark none.
func holdsLabels(p manifest.Path) bool {
	ends := func(keys ...any) bool {
		return len(p) >= len(keys) && slices.Equal(p[len(p)-len(keys):], manifest.Path(keys))
	}
	return ends("labels") || ends("spec", "selector") || ends("spec", "selector", "matchLabels")
}

// changedMark returns the first marked label that one tree has otherwise than the other.
func changedMark(before, after map[string]any) (mark, bool) {
	was, is := marks(before), marks(after)
	for _, pair := range [2][2][]mark{{is, was}, {was, is}} {
		for _, m := range pair[0] {
			same := func(other mark) bool { return slices.Equal(m.path, other.path) && equal(m.value, other.value) }
			if !slices.ContainsFunc(pair[1], same) {
				return m, true
			}
		}
	}
	return mark{}, false
}

// mention finds where the patch speaks of a label, or else where it names its target.
func (p *personal) mention(label string) (manifest.Position, manifest.Path) {
	if path := mentionIn(p.doc, label); path != nil {
		pos, _ := p.doc.Find(path)
		return pos, p.within.Join(path...)
	}
	return p.target.at, nil
}

// mentionIn returns the path to a key of that name, or to the JSON pointer that leads to one.
func mentionIn(n *manifest.Node, label string) manifest.Path {
	for i := range n.Fields {
		f := &n.Fields[i]
		pointer, _ := f.Value.Value.(string)
		if f.Key == label || (f.Key == "path" || f.Key == "from") && slices.Contains(steps(pointer), label) {
			return manifest.Path{f.Key}
		}
		if found := mentionIn(f.Value, label); found != nil {
			return manifest.Path{f.Key}.Join(found...)
		}
	}
	for i, item := range n.Items {
		if found := mentionIn(item, label); found != nil {
			return manifest.Path{i}.Join(found...)
		}
	}
	return nil
}
