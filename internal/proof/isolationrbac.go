package proof

import (
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// everybody are subjects that hold identities of every tenant.
var everybody = []string{"system:serviceaccounts", "system:authenticated", "system:unauthenticated", "system:anonymous"}

// binding reads whose identities may act in the namespace.
func (r *reader) binding() {
	for i, s := range list(r.object.Tree, "subjects") {
		r.subject(s, manifest.Path{"subjects", i})
	}
	if text(r.object.Tree, "roleRef", "kind") == "ClusterRole" {
		r.clusterRole(text(r.object.Tree, "roleRef", "name"))
	}
}

func (r *reader) subject(s any, path manifest.Path) {
	name := text(s, "name")
	switch kind := text(s, "kind"); {
	case slices.Contains(everybody, name) && kind != "ServiceAccount":
		r.opens(RBAC, "", true, path, "identities of the first may act in the namespace of the second, by "+name,
			"rights add up: no other binding takes any away")
		return
	case kind == "ServiceAccount":
		r.account(text(s, "namespace"), path)
	case strings.HasPrefix(name, "system:serviceaccounts:"):
		r.account(strings.TrimPrefix(name, "system:serviceaccounts:"), path)
	case strings.HasPrefix(name, "system:serviceaccount:"):
		namespace, _, _ := strings.Cut(strings.TrimPrefix(name, "system:serviceaccount:"), ":")
		r.account(namespace, path)
	case !slices.Contains(r.PlatformGroups, name):
		r.claim(RBAC, strings.ToLower(kind), name, path)
	}
}

// account is a binding of ServiceAccounts of a namespace.
func (r *reader) account(namespace string, path manifest.Path) {
	if namespace != "" && namespace != r.Namespace {
		r.opens(RBAC, namespace, true, path, "ServiceAccounts of the first may act in the namespace of the second",
			"rights add up: no other binding takes any away")
	}
}

// writers are the ClusterRoles of Kubernetes whose holders write NetworkPolicies, whatever the platform lists.
var writers = []string{"cluster-admin", "admin", "edit"}

// clusterRole judges a ClusterRole that a RoleBinding gives within the namespace.
func (r *reader) clusterRole(name string) {
	path := manifest.Path{"roleRef", "name"}
	switch {
	case slices.Contains(writers, name):
		r.unguarded(path, name)
	case r.roles[manifest.Key{Group: "rbac.authorization.k8s.io", Kind: "ClusterRole", Name: name}]:
	case slices.Contains(r.Bindable, name):
		r.assumptions = append(r.assumptions, "ClusterRole "+name+" of the platform, which bindings may name, lets nobody change guard rails or bind, escalate, impersonate")
	default:
		r.doubt(RBAC, "%s gives ClusterRole %s, whose rules are not among the objects", r.key, name)
	}
}

// clusterBinding gives rights in every namespace.
func (r *reader) clusterBinding() {
	r.opens(RBAC, "", false, manifest.Path{"roleRef", "name"}, "its subjects have ClusterRole "+text(r.object.Tree, "roleRef", "name")+" in the namespace of the other, too",
		"a ClusterRoleBinding holds in every namespace, and rights add up")
}

// role reads the rules of a Role or ClusterRole.
func (r *reader) role() {
	for i, rule := range list(r.object.Tree, "rules") {
		if what := escalates(rule); what != "" {
			r.unguarded(manifest.Path{"rules", i}, what)
		}
	}
	labels, _ := get(r.object.Tree, "metadata", "labels").(map[string]any)
	for key := range labels {
		if strings.HasPrefix(key, "rbac.authorization.k8s.io/aggregate-to-") && r.key.Kind == "ClusterRole" {
			r.opens(RBAC, "", false, manifest.Path{"metadata", "labels", key}, "widens a ClusterRole that is bound in the namespace of the other, too",
				"the rules of labelled ClusterRoles are added to the one that collects them, wherever it is bound")
		}
	}
	if get(r.object.Tree, "aggregationRule") != nil {
		r.doubt(RBAC, "%s collects the rules of other ClusterRoles, which are not among the objects", r.key)
	}
}

// unguarded is a right to take down what the certificate rests on.
func (r *reader) unguarded(path manifest.Path, what string) {
	r.opens(RBAC, "", false, path, "may change its own guard rails, by "+what+": what is proven holds until it does",
		"rights are the first that admission asks for, and no other object takes them away")
}

// escalates names the part of a rule that lets its holder go beyond it, or change policies; empty if there is none.
func escalates(rule any) string {
	verbs, resources, groups := texts(rule, "verbs"), texts(rule, "resources"), texts(rule, "apiGroups")
	has := func(all []string, any ...string) bool {
		return slices.Contains(all, "*") || slices.ContainsFunc(any, func(s string) bool { return slices.Contains(all, s) })
	}
	for _, verb := range verbs {
		if verb == "bind" || verb == "escalate" || strings.HasPrefix(verb, "impersonate") {
			return verb
		}
	}
	if has(groups, "rbac.authorization.k8s.io") && has(resources, "roles", "clusterroles") && slices.Contains(verbs, "*") {
		return "every verb on roles"
	}
	if has(groups, "", "authentication.k8s.io") && slices.Contains(verbs, "*") && (has(resources, "users", "groups", "serviceaccounts", "uids") || extras(resources)) {
		return "every verb on identities"
	}
	for _, b := range borders {
		if has(groups, b.group) && has(resources, b.resource) && has(verbs, "create", "update", "patch", "delete", "deletecollection") {
			return "writing " + b.kind
		}
	}
	return ""
}

// borders are the resources that a certificate rests on: whoever writes them opens the namespace, or leads out of it.
var borders = []struct{ group, resource, kind string }{
	{"networking.k8s.io", "networkpolicies", "NetworkPolicies"},
	{"cilium.io", "ciliumnetworkpolicies", "CiliumNetworkPolicies"},
	{"", "namespaces", "its Namespace"},
	{"", "endpoints", "Endpoints"},
	{"discovery.k8s.io", "endpointslices", "EndpointSlices"},
	{"security.istio.io", "authorizationpolicies", "AuthorizationPolicies"},
	{"security.istio.io", "peerauthentications", "PeerAuthentications"},
	{"networking.istio.io", "envoyfilters", "EnvoyFilters"},
	{"gateway.networking.k8s.io", "referencegrants", "ReferenceGrants"},
}

// extras reports whether resources hold what somebody may say of a user in their name: userextras/scopes, */scopes.
func extras(resources []string) bool {
	return slices.ContainsFunc(resources, func(s string) bool { return strings.HasPrefix(s, "userextras/") || strings.HasPrefix(s, "*/") })
}

func texts(tree any, keys ...string) []string {
	var out []string
	for _, v := range list(tree, keys...) {
		if s, ok := v.(string); ok {
			out = append(out, s)
		}
	}
	return out
}
