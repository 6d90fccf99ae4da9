package pipeline

import (
	"cmp"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/plan"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// causes are the fields that people changed and that reach a tenant in an environment, sorted by position.
func (p *planner) causes(at plan.Place) []plan.Cause {
	a, b := p.old.tenants[at.Tenant], p.new.tenants[at.Tenant]
	var out []plan.Cause
	switch was, is := p.old.has(at), p.new.has(at); {
	case was && is:
		out = slices.Concat(p.fields(a, b, at.Environment), extras(a, b, at.Environment), namespaces(a, b, at.Environment), p.platformCauses(a, b, at.Environment))
	case is:
		out = []plan.Cause{arrival(b, a != nil, at.Environment)}
	case was:
		c := arrival(a, b != nil, at.Environment)
		c.Old, c.New = c.New, nil
		out = []plan.Cause{c}
	}
	slices.SortFunc(out, compareCauses)
	return slices.CompactFunc(out, func(a, b plan.Cause) bool { return a.Position == b.Position && a.Field == b.Field })
}

func compareCauses(a, b plan.Cause) int {
	return cmp.Or(a.Position.Compare(b.Position), cmp.Compare(a.Field, b.Field))
}

// arrival is what brings a tenant, or one that is there already an environment.
func arrival(t *schemas.Tenant, known bool, env string) plan.Cause {
	field, value := manifest.Path{"metadata", "name"}, t.Name
	if known {
		field, value = manifest.Path{"spec", "environments", env}, env
	}
	at, _ := t.Written(field)
	return plan.Cause{Position: at, Field: field.String(), New: value}
}

// fields are the leaves of the tenant that changed, came or went, wherever people wrote them.
func (p *planner) fields(a, b *schemas.Tenant, env string) []plan.Cause {
	old, new := p.old.site(a, env), p.new.site(b, env)
	was, is := byPath(old.leaves), byPath(new.leaves)
	var out []plan.Cause
	for _, path := range either(keysOf(was), keysOf(is)) {
		before, had := was[path]
		after, has := is[path]
		lay, place := after, new
		if !has || had && after.File == platformName && before.File != platformName {
			lay, place = before, old // it was taken away, and what lay below shows
		}
		c := plan.Cause{Position: lay.Position, Field: place.field(lay)}
		if c.Old, c.New = old.value(lay.Path), new.value(lay.Path); lay.File == platformName {
			c.Old, c.New = p.old.platformValue(c.Field), p.new.platformValue(c.Field)
		}
		if c.Old != c.New {
			out = append(out, c)
		}
	}
	return out
}

// platformName is the file whose leaves have paths of their own there.
const platformName = "tenantsmith.yaml"

// site is a tenant in an environment as people wrote it.
type site struct {
	*revision
	tenant *schemas.Tenant
	env    string
	leaves []schemas.Leaf
	doc    map[string]any
}

func (r *revision) site(t *schemas.Tenant, env string) site {
	s := site{revision: r, tenant: t, env: env, leaves: t.Leaves(env)}
	for i := range t.Environments {
		if e := &t.Environments[i]; e.Name == env {
			s.doc = map[string]any{"spec": e.Document()}
		}
	}
	return s
}

// value is that of the resolved tenant, whoever gave it; nil where there is none.
func (s site) value(path manifest.Path) any {
	v, _ := path.Lookup(s.doc)
	if _, scalar := v.(map[string]any); scalar {
		return nil
	}
	if _, list := v.([]any); list {
		return nil
	}
	return v
}

// field says a leaf in the words of its file.
func (s site) field(leaf schemas.Leaf) string {
	if leaf.File == platformName {
		if path, ok := s.revision.leaves().at[leaf.Position]; ok {
			return path
		}
	}
	return s.tenant.Field(s.env, leaf.Path)
}

func byPath(leaves []schemas.Leaf) map[string]schemas.Leaf {
	out := make(map[string]schemas.Leaf, len(leaves))
	for _, l := range leaves {
		out[l.Path.String()] = l
	}
	return out
}

func keysOf(m map[string]schemas.Leaf) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	return out
}

// extras are the leaves of the files that people add which changed, came or went.
func extras(a, b *schemas.Tenant, env string) []plan.Cause {
	was, is := addedLeaves(a, env), addedLeaves(b, env)
	var out []plan.Cause
	for _, key := range either(keysOf(was), keysOf(is)) {
		before, had := was[key]
		after, has := is[key]
		if had && has && before.Value == after.Value {
			continue
		}
		c := plan.Cause{Position: after.Position, Field: after.Path.String(), Old: before.Value, New: after.Value}
		if !has {
			c.Position, c.Field = before.Position, before.Path.String()
		}
		out = append(out, c)
	}
	return out
}

// addedLeaves are the leaves of the tenant's extras in an environment, by file, document and path.
func addedLeaves(t *schemas.Tenant, env string) map[string]schemas.Leaf {
	out := map[string]schemas.Leaf{}
	for _, x := range t.Extras {
		if x.Environment != "" && x.Environment != env {
			continue
		}
		for i, doc := range x.Documents {
			for _, l := range schemas.Leaves(doc) {
				out[fmt.Sprintf("%s\x00%d\x00%s", x.File, i, l.Path)] = l
			}
		}
	}
	return out
}

// namespaces is the field that gave the environment another namespace, where the tenant's file did.
func namespaces(a, b *schemas.Tenant, env string) []plan.Cause {
	path := manifest.Path{"spec", "environments", env, "namespace"}
	was, is := namespaceOf(a, env), namespaceOf(b, env)
	if was == is {
		return nil
	}
	at, written := b.Written(path)
	if !written {
		if at, written = a.Written(path); !written {
			return nil // the platform's pattern did
		}
	}
	return []plan.Cause{{Position: at, Field: path.String(), Old: was, New: is}}
}

func namespaceOf(t *schemas.Tenant, env string) string {
	for _, e := range t.Environments {
		if e.Name == env {
			return e.Namespace
		}
	}
	return ""
}

// loses is what a tier takes away that the one before it gave, in words.
func loses(old, new *schemas.Tier) []string {
	if old == nil || new == nil {
		return nil
	}
	var out []string
	say := func(lost bool, what string) {
		if lost {
			out = append(out, what)
		}
	}
	say(old.Allows.Domains && !new.Allows.Domains, "own domains")
	say(old.Allows.Backup && !new.Allows.Backup, "backup")
	say(old.Allows.Databases && !new.Allows.Databases, "databases")
	for _, s := range old.Allows.Strategies {
		say(!slices.Contains(new.Allows.Strategies, s), "strategy "+s)
	}
	less := func(what string, a, b resource.Quantity) {
		say(b.Cmp(a) < 0, fmt.Sprintf("%s above %s (was up to %s)", what, b.String(), a.String()))
	}
	less("CPU", old.CPU.Maximum, new.CPU.Maximum)
	less("memory", old.Memory.Maximum, new.Memory.Maximum)
	less("storage", old.Storage.Maximum, new.Storage.Maximum)
	say(new.Replicas.Maximum < old.Replicas.Maximum, fmt.Sprintf("replicas above %d (was up to %d)", new.Replicas.Maximum, old.Replicas.Maximum))
	return out
}
