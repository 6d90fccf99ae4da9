package pipeline

import (
	"maps"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/policies"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// claims are what a tenant says is its own in an environment, beside its objects and its namespace, and
// what it has agreed with others. Objects are those of the environment.
func claims(tenant string, e *schemas.Environment, objects []manifest.Object) []policies.Claim {
	all := owned(e)
	exposed := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(e.Spec.Services)) {
		for i, x := range e.Spec.Services[name].Expose {
			exposed[x.Host] = true
			all = append(all, claim("host", x.Host, "services", name, "expose", i, "host"))
		}
		if id := e.Spec.Services[name].Identity; id != "" {
			all = append(all, claim(policies.UsedIdentity, id, "services", name, "identity"))
		}
	}
	for _, id := range e.Platform.RBAC.Identities[tenant] {
		all = append(all, policies.Claim{Kind: "identity", Value: id, Object: -1, Field: identityOf(id, e.Spec.Services)})
	}
	return slices.Concat(all, agreed(tenant, e), routed(objects, exposed), held(objects))
}

// identityOf is where the tenant names an identity of the cloud that the platform assigns to it: at the first service that
// acts as it, by its own name where none does.
func identityOf(id string, services map[string]schemas.Service) manifest.Path {
	for _, name := range slices.Sorted(maps.Keys(services)) {
		if services[name].Identity == id {
			return manifest.Path{"spec", "services", name, "identity"}
		}
	}
	return manifest.Path{"metadata", "name"}
}

// claim is one that a field below spec makes.
func claim(kind, value string, field ...any) policies.Claim {
	return policies.Claim{Kind: kind, Value: value, Object: -1, Field: manifest.Path{"spec"}.Join(field...)}
}

// owned are the domains, groups and secrets of the tenant. Groups of the platform's own people may be
// owners everywhere, and nobody claims them.
func owned(e *schemas.Environment) []policies.Claim {
	var all []policies.Claim
	for i, d := range e.Spec.Domains {
		all = append(all, claim("domain", d, "domains", i))
	}
	for i, o := range e.Spec.Owners {
		if !slices.Contains(e.Platform.RBAC.PlatformGroups, o.Group) {
			all = append(all, claim("group", o.Group, "owners", i, "group"))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(e.Spec.Secrets)) {
		all = append(all, claim("secret", e.Spec.Secrets[name].Path, "secrets", name, "path"))
	}
	return all
}

// agreed are the calls to other tenants, and those of others that are let in, as "from/to/service/caller"; the
// caller is empty where any service may call.
func agreed(tenant string, e *schemas.Environment) []policies.Claim {
	var all []policies.Claim
	for _, a := range e.Spec.Accepts {
		all = append(all, claim("accept", a.Tenant+"/"+tenant+"/"+a.Service+"/"+a.From, "accepts"))
	}
	for _, name := range slices.Sorted(maps.Keys(e.Spec.Services)) {
		for i, c := range e.Spec.Services[name].Calls {
			if c.Tenant != "" && c.Tenant != tenant {
				all = append(all, claim("call", tenant+"/"+c.Tenant+"/"+c.Service+"/"+name, "services", name, "calls", i, "tenant"))
			}
		}
	}
	return all
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
				follow(o.Tree, p.path, nil, func(at manifest.Path, value string) {
					if value != "" {
						all = append(all, policies.Claim{Kind: p.claim, Value: value, Object: i, Path: at})
					}
				})
			}
		}
	}
	return all
}
