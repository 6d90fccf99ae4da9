package overlay

import (
	"path"

	"sigs.k8s.io/kustomize/api/types"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// auditDir is the folder of what stands beside the objects of an environment. No kustomization includes it.
func (t *Tree) auditDir(owner manifest.Owner, e *environment) string {
	return t.dir(owner, "overlays", e.name, "audit")
}

// renderAudit writes that folder, complete by itself, so that people can compare it with the cluster.
func (t *Tree) renderAudit(files map[string][]byte, owner manifest.Owner, e *environment) {
	var k types.Kustomization
	for _, m := range e.audit {
		if m.Owner == owner {
			files[m.file] = emit(t.source, e.place(m))
			k.Resources = append(k.Resources, path.Base(m.file))
		}
	}
	if len(k.Resources) > 0 {
		files[t.auditDir(owner, e)+"/"+kustomizationFile] = kustomization(t.source, k)
	}
}

// Audit returns the objects that stand beside those of an environment, as a cluster would get them, in the order in
// which they were given. Trees are shared: read them only.
func (t *Tree) Audit(env string) []Built {
	e := t.environment(env)
	if e == nil {
		return nil
	}
	var out []Built
	for _, m := range e.audit {
		o := m.Object
		o.Tree = e.place(m)
		out = append(out, Built{Object: o, File: m.file})
	}
	return out
}
