package pipeline

import (
	"maps"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/overlay"
	"github.com/tenantsmith/tenantsmith/internal/proof"
	"github.com/tenantsmith/tenantsmith/schemas"
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

// guardOf is the guard that closes a channel.
var guardOf = map[string]string{proof.Network: schemas.GuardNetwork, proof.Mesh: schemas.GuardMesh, proof.Host: schemas.GuardAdmission}

// phased are the guards in audit that would stop a counterexample: of either side, but for a way over the node, which
// only the side stops that it begins at.
func (x *Isolated) phased(b proof.Breach) []proof.Cause {
	guard, ok := guardOf[b.Channel]
	if !ok {
		return nil
	}
	places := []proof.Place{b.From, b.To}
	if b.Channel == proof.Host {
		places = places[:1]
	}
	var out []proof.Cause
	for _, p := range places {
		c := proof.Cause{Tenant: p.Tenant, Environment: p.Environment, APIVersion: "v1",
			Object: manifest.Key{Kind: "Namespace", Name: p.Namespace}, Path: manifest.Path{"metadata", "labels", manifest.GuardLabel + guard}}
		if t, i := x.tenant(c); t.Environments[i].Spec.Guards.Audits(guard) {
			out = append(out, c)
		}
	}
	return out
}

// auditedBy is the guard in audit that a label of a Namespace names.
func auditedBy(p manifest.Path) (string, bool) {
	if len(p) == 0 {
		return "", false
	}
	key, _ := p[len(p)-1].(string)
	return strings.CutPrefix(key, manifest.GuardLabel)
}

// unbound tells that no quota is enforced, where the proof of one is asked for.
func (c chain) unbound(t *schemas.Tenant, e *schemas.Environment) []manifest.Problem {
	if !c.options.Certificates || c.options.comparing || !e.Spec.Guards.Audits(schemas.GuardQuota) || !c.wants(releaseFits) {
		return nil
	}
	return []manifest.Problem{{
		Check: releaseFits, Severity: manifest.High, Tenant: t.Name, Environment: e.Name, Controls: capacity,
		Field:   manifest.Path{"spec", "guards", schemas.GuardQuota}.String(),
		Message: "no quota is enforced: the guard quota is in audit, and nothing holds the namespace to these figures",
		Remedy:  "set spec.guards.quota to enforce",
	}}
}
