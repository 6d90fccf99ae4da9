package pipeline

import (
	"maps"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/overlay"
)

// asIf is what an environment builds as if its guards in audit were enforced. Checks judge that, so that a guard in audit
// is told once, by the check that is about it, and whatever else would be wrong is told before it is enforced.
func asIf(tree *overlay.Tree, env string, built []overlay.Built) []overlay.Built {
	audit := tree.Audit(env)
	if len(audit) == 0 {
		return built
	}
	beside := make(map[manifest.Key]overlay.Built, len(audit))
	for _, b := range audit {
		beside[b.Key()] = b
	}
	out := make([]overlay.Built, 0, len(built)+len(audit))
	for _, b := range built {
		if other, ok := beside[b.Key()]; ok {
			b.Tree = labelled(b.Tree, other.Tree)
			delete(beside, b.Key())
		}
		out = append(out, b)
	}
	for _, b := range audit {
		if _, ok := beside[b.Key()]; ok {
			out = append(out, b)
		}
	}
	return out
}

// labelled is an object with the labels that another one has beside its own: only labels of the Namespace are a matter
// of guards.
func labelled(tree, other map[string]any) map[string]any {
	labels := map[string]any{}
	maps.Copy(labels, labelsOf(other))
	maps.Copy(labels, labelsOf(tree))
	out, meta := maps.Clone(tree), map[string]any{}
	maps.Copy(meta, tree["metadata"].(map[string]any))
	meta["labels"], out["metadata"] = labels, meta
	return out
}

func labelsOf(tree map[string]any) map[string]any {
	meta, _ := tree["metadata"].(map[string]any)
	labels, _ := meta["labels"].(map[string]any)
	return labels
}

// objectsIn are the objects without the files that they stand in.
func objectsIn(all []overlay.Built) []manifest.Object {
	out := make([]manifest.Object, len(all))
	for i, b := range all {
		out[i] = b.Object
	}
	return out
}

// whole are the objects generated for an environment as if its guards in audit were enforced: of two of one name the last
// counts.
func whole(made overlay.Env) []manifest.Object { return slices.Concat(made.Objects, made.Audit) }
