package proof

import (
	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

const clusterStore = "ClusterSecretStore"

// externalSecret claims the keys that it reads from stores of the whole cluster; each item may name a store of its own. Of a store of its own namespace the
// credentials decide, which nobody renders.
func (r *reader) externalSecret() {
	spec := get(r.object.Tree, "spec")
	asked := map[string]bool{}
	fetch := func(item any, key string, path manifest.Path) {
		store := get(item, "sourceRef", "storeRef")
		if text(store, "name") == "" {
			store = get(spec, "secretStoreRef")
		}
		if text(store, "kind") != clusterStore {
			r.secretStore()
			return
		}
		name := text(store, "name")
		if !asked[name] {
			r.doubt(Secrets, "%s reads by ClusterSecretStore %s: which tenant may read what there is not among the objects", r.key, name)
		}
		if asked[name] = true; key != "" {
			r.claim(Secrets, "key of "+name, key, path)
		}
	}
	fetch(nil, "", nil) // one that fetches nothing names its store all the same
	for i, d := range list(spec, "data") {
		fetch(d, text(d, "remoteRef", "key"), manifest.Path{"spec", "data", i, "remoteRef", "key"})
	}
	for i, d := range list(spec, "dataFrom") {
		fetch(d, text(d, "extract", "key"), manifest.Path{"spec", "dataFrom", i, "extract", "key"})
	}
}

func (r *reader) secretStore() {
	r.assumptions = append(r.assumptions, "the credentials of each SecretStore reach what is meant for its tenant, and nothing else")
}

// clusterStore is a store, or a secret, for every namespace that its conditions name; without conditions for all.
func (r *reader) clusterStore() {
	for _, field := range []string{"conditions", "namespaceSelectors", "namespaces", "namespaceSelector"} {
		if get(r.object.Tree, "spec", field) != nil {
			r.doubt(Secrets, "the conditions of %s are not read", r.key)
			return
		}
	}
	r.opens(Secrets, "", true, manifest.Path{"spec"}, "the first may read the secrets of the second by "+r.key.String(),
		"without conditions a store of the cluster answers every namespace")
}
