package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// phases say of each guard what its enforcement does to a namespace in which something runs, and what is missing
// without it.
var phases = map[string]struct{ enforced, audited string }{
	"accounts":  {"new pods of the ServiceAccount default mount no token of it", "new pods of the ServiceAccount default mount a token of it again"},
	"admission": {"new pods below the Pod Security level of the namespace are refused, and those of the next restart are new", "pods below the Pod Security level of the namespace are let in"},
	"limits":    {"new containers get defaults, and are refused beyond the bounds", "containers that state no limits get none"},
	"mesh":      {"callers that prove no identity are refused, pods among them that started outside of the mesh", "nobody asks callers who they are"},
	"network":   {"connections that no policy opens are cut, those of pods that run already among them", "nothing closes the namespace's network"},
	"quota":     {"new pods, claims and objects are refused once the quota is used up, those of the next release among them", "nothing bounds what the namespace takes from the cluster"},
}

// phased tells of guards that are enforced from now on, and of those that no longer are.
func phased(c *comparison, p *pair) {
	if p.kind != "Namespace" || p.old == nil || p.new == nil {
		return
	}
	was, is := auditedGuards(p.old), auditedGuards(p.new)
	for _, name := range slices.Sorted(maps.Keys(phases)) {
		path := manifest.Path{"metadata", "labels", manifest.GuardLabel + name}
		switch {
		case was[name] && !is[name]:
			c.risk(ClosedPath, c.graver(manifest.Medium, manifest.High), p, path,
				fmt.Sprintf("the guard %s is enforced from now on: %s", name, phases[name].enforced), "compare the audit folder with the cluster first")
		case !was[name] && is[name]:
			c.risk(RemovedGuard, manifest.High, p, path, fmt.Sprintf("the guard %s is not enforced any more: %s", name, phases[name].audited), "")
		}
	}
}

// auditedGuards are those that a Namespace names as being in audit.
func auditedGuards(o *manifest.Object) map[string]bool {
	out := map[string]bool{}
	for key := range child(o.Tree, "metadata", "labels") {
		if name, ok := strings.CutPrefix(key, manifest.GuardLabel); ok {
			out[name] = true
		}
	}
	return out
}
