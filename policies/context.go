package policies

import (
	"strconv"
	"strings"
)

// Context is what rules know of the tenant beside its objects; they find it under input.ctx.
type Context struct {
	// Tenant is empty for objects that belong to no known tenant; rules that need tenant facts are
	// then skipped.
	Tenant, Environment, Namespace, Tier string
	// Namespaces are all of the tenant in this environment.
	Namespaces []string
	Platform   Platform
}

// Platform is what the platform file says about the cluster of an environment, and about what
// tenants may use.
type Platform struct {
	// ReservedNamespaces belong to no tenant, beside those of Kubernetes itself.
	ReservedNamespaces []string
	// OuterNamespaces are where the platform's own objects of a tenant may stand, such as the Argo CD
	// project and the backup schedule.
	OuterNamespaces []string
	// AllowedKinds are known beside those in lib/kinds.
	AllowedKinds []Kind
	// BindableClusterRoles are those a RoleBinding may name.
	BindableClusterRoles []string
	// ClusterVersion is that of Kubernetes, v1.34; empty or unreadable means the newest.
	ClusterVersion string
	// DNSNamespaces are where the resolvers of the cluster are; none means kube-system and
	// openshift-dns.
	DNSNamespaces []string
}

// Kind is a kind of objects; Scope is Namespaced or Cluster.
type Kind struct{ Group, Kind, Scope string }

// newestMinor stands for the version of a cluster that nobody named: the strictest rules hold.
const newestMinor = 999

// value is the context as rules see it. What is empty is left out, so that a rule which needs it
// does not hold by accident.
func (c Context) value() map[string]any {
	p := c.Platform
	kinds := make([]any, len(p.AllowedKinds))
	for i, k := range p.AllowedKinds {
		kinds[i] = map[string]any{"group": k.Group, "kind": k.Kind, "scope": k.Scope}
	}
	resolvers := list(p.DNSNamespaces)
	if len(resolvers) == 0 {
		resolvers = []any{"kube-system", "openshift-dns"}
	}
	ctx := map[string]any{
		"namespaces": list(c.Namespaces),
		"platform": map[string]any{
			"reserved_namespaces":    list(p.ReservedNamespaces),
			"outer_namespaces":       list(p.OuterNamespaces),
			"allowed_kinds":          kinds,
			"bindable_cluster_roles": list(p.BindableClusterRoles),
			"minor":                  minor(p.ClusterVersion),
			"dns_namespaces":         resolvers,
		},
	}
	for key, text := range map[string]string{
		"tenant": c.Tenant, "environment": c.Environment, "namespace": c.Namespace, "tier": c.Tier,
	} {
		if text != "" {
			ctx[key] = text
		}
	}
	return ctx
}

// minor reads 34 from v1.34, 1.34.2 or v1.34.1+k3s1.
func minor(version string) int64 {
	parts := strings.Split(strings.TrimPrefix(version, "v"), ".")
	if len(parts) < 2 || parts[0] != "1" {
		return newestMinor
	}
	digits := strings.TrimRightFunc(parts[1], func(r rune) bool { return r < '0' || r > '9' })
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return newestMinor
	}
	return n
}

// list leaves out empty texts, which name nothing.
func list(texts []string) []any {
	l := make([]any, 0, len(texts))
	for _, s := range texts {
		if s != "" {
			l = append(l, s)
		}
	}
	return l
}
