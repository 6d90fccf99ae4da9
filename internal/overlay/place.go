package overlay

import (
	"maps"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Place returns the objects as they stand in an environment: metadata.namespace and the environment's
// label are set, nothing else, and outer objects stay as they are. The objects given are left alone;
// what is not changed is shared with them. Everything that this package places goes through here.
func Place(objs []manifest.Object, namespace, environment string) []manifest.Object {
	out := make([]manifest.Object, len(objs))
	for i, o := range objs {
		if !o.Outer {
			o.Tree = placeTree(o.Tree, namespace, environment)
		}
		out[i] = o
	}
	return out
}

func placeTree(tree map[string]any, namespace, environment string) map[string]any {
	tree = maps.Clone(tree)
	metadata := cloneMap(tree["metadata"])
	labels := cloneMap(metadata["labels"])
	labels[EnvironmentLabel] = environment
	metadata["labels"] = labels
	metadata["namespace"] = namespace
	tree["metadata"] = metadata
	return tree
}

func cloneMap(v any) map[string]any {
	m, _ := v.(map[string]any)
	out := make(map[string]any, len(m)+2)
	maps.Copy(out, m)
	return out
}
