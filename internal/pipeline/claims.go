package pipeline

import (
	"maps"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/policies"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// claims are what a tenant says is its own in an environment, beside its objects and its namespace, and
// what it has agreed with others. Objects are those of the environment. Groups of the platform's own people
// may be owners everywhere, and nobody claims them.
func claims(tenant string, e *schemas.Environment, objects []manifest.Object) []policies.Claim {
	var all []policies.Claim
	claim := func(kind, value string, field ...any) {
		all = append(all, policies.Claim{Kind: kind, Value: value, Object: -1, Field: manifest.Path{"spec"}.Join(field...)})
	}
	for i, d := range e.Spec.Domains {
		claim("domain", d, "domains", i)
	}
	for i, o := range e.Spec.Owners {
		if !slices.Contains(e.Platform.RBAC.PlatformGroups, o.Group) {
			claim("group", o.Group, "owners", i, "group")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(e.Spec.Secrets)) {
		claim("secret", e.Spec.Secrets[name].Path, "secrets", name, "path")
	}
	for _, a := range e.Spec.Accepts {
		claim("accept", a.Tenant+"/"+tenant+"/"+a.Service, "accepts")
	}
	exposed := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(e.Spec.Services)) {
		s := e.Spec.Services[name]
		for i, x := range s.Expose {
			exposed[x.Host] = true
			claim("host", x.Host, "services", name, "expose", i, "host")
		}
		for i, c := range s.Calls {
			if c.Tenant != "" && c.Tenant != tenant {
				claim("call", tenant+"/"+c.Tenant+"/"+c.Service, "services", name, "calls", i, "tenant")
			}
		}
	}
	for _, id := range identities(tenant, e.Platform) {
		all = append(all, policies.Claim{Kind: "identity", Value: id, Object: -1, Field: manifest.Path{"metadata", "name"}})
	}
	return slices.Concat(all, routed(objects, exposed), held(objects))
}

// identities are those of the cloud that the platform assigns to the tenant.
func identities(tenant string, p *schemas.Platform) []string {
	byTenant, _ := p.RBAC.Identities.(map[string]any)
	listed, _ := byTenant[tenant].([]any)
	var out []string
	for _, id := range listed {
		if text, ok := id.(string); ok {
			out = append(out, text)
		}
	}
	return out
}

// places are where objects name what they have outside of the cluster; * stands for each item of a list.
var places = []struct {
	group, kind, claim string
	path               manifest.Path
}{
	{"external-secrets.io", "ExternalSecret", "secret", manifest.Path{"spec", "data", "*", "remoteRef", "key"}},
	{"external-secrets.io", "ExternalSecret", "secret", manifest.Path{"spec", "dataFrom", "*", "extract", "key"}},
	{"external-secrets.io", "ExternalSecret", "secret", manifest.Path{"spec", "dataFrom", "*", "find", "path"}},
	{"external-secrets.io", "ExternalSecret", "secret", manifest.Path{"spec", "dataFrom", "*", "key"}}, // in v1alpha1
	{"external-secrets.io", "PushSecret", "secret", manifest.Path{"spec", "data", "*", "match", "remoteRef", "remoteKey"}},
	{"postgresql.cnpg.io", "Cluster", "bucket", manifest.Path{"spec", "backup", "barmanObjectStore", "destinationPath"}},
	{"barmancloud.cnpg.io", "ObjectStore", "bucket", manifest.Path{"spec", "configuration", "destinationPath"}},
}

// held are the claims that the objects of a tenant make.
func held(objects []manifest.Object) []policies.Claim {
	var all []policies.Claim
	for i, o := range objects {
		key := o.Key()
		for _, p := range places {
			if key.Group == p.group && key.Kind == p.kind {
				each(o.Tree, nil, p.path, func(at manifest.Path, value string) {
					all = append(all, policies.Claim{Kind: p.claim, Value: value, Object: i, Path: at})
				})
			}
		}
	}
	return all
}

// each visits the texts at the path.
func each(tree any, at, path manifest.Path, visit func(manifest.Path, string)) {
	if len(path) == 0 {
		if text, ok := tree.(string); ok && text != "" {
			visit(at, text)
		}
		return
	}
	if path[0] == "*" {
		list, _ := tree.([]any)
		for i, item := range list {
			each(item, at.Join(i), path[1:], visit)
		}
		return
	}
	if m, ok := tree.(map[string]any); ok {
		name, _ := path[0].(string)
		each(m[name], at.Join(name), path[1:], visit)
	}
}
