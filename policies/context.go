package policies

import (
	"maps"
	"strconv"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Context is what rules know of the tenant beside its objects; they find it under input.ctx.
type Context struct {
	// Tenant is empty for objects that belong to no known tenant; rules that need tenant facts are
	// then skipped.
	Tenant, Environment, Namespace, Tier string
	// Namespaces are all of the tenant in this environment.
	Namespaces []string
	// PublicSuffixes are those of the tenant's domains below which everybody may register names.
	PublicSuffixes []string
	// Protected environments are those that need the care of production.
	Protected bool
	// OwnAudits are the guards that the tenant's own files, and not the platform team, put in audit.
	OwnAudits []string
	// Now is the day of the run, 2026-11-22; empty where nothing may depend on it.
	Now string
	// Spec is what the tenant's file says in this environment, with every default; its fields are those
	// of the schema. So are those of the platform file and of the cluster below.
	Spec     Document
	Platform Platform

	changed map[string]any // what rules see instead, by a mutation
}

// Document is data for rules, made ready once for many calls.
type Document struct {
	value ast.Value
	tree  any // as it was given
}

// NewDocument makes a JSON tree ready.
func NewDocument(tree any) Document { return Document{ast.MustInterfaceToValue(tree), tree} }

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
	// Spec is that of the platform file, Cluster is that of the environment, with its name.
	Spec, Cluster Document
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
	if c.changed != nil {
		return maps.Clone(c.changed)
	}
	p := c.Platform
	kinds := make([]any, len(p.AllowedKinds))
	for i, k := range p.AllowedKinds {
		kinds[i] = map[string]any{"group": k.Group, "kind": k.Kind, "scope": k.Scope}
	}
	resolvers := list(p.DNSNamespaces)
	if len(resolvers) == 0 {
		resolvers = []any{"kube-system", "openshift-dns"}
	}
	platform := map[string]any{
		"reserved_namespaces":    list(p.ReservedNamespaces),
		"outer_namespaces":       list(p.OuterNamespaces),
		"allowed_kinds":          kinds,
		"bindable_cluster_roles": list(p.BindableClusterRoles),
		"minor":                  minor(p.ClusterVersion),
		"dns_namespaces":         resolvers,
	}
	ctx := map[string]any{"namespaces": list(c.Namespaces), "public_suffixes": list(c.PublicSuffixes), "platform": platform}
	if c.Protected {
		ctx["protected"] = true
	}
	if len(c.OwnAudits) > 0 {
		ctx["own_audits"] = list(c.OwnAudits)
	}
	p.Spec.put(platform, "spec")
	p.Cluster.put(ctx, "cluster")
	c.Spec.put(ctx, "spec")
	for key, text := range map[string]string{
		"tenant": c.Tenant, "environment": c.Environment, "namespace": c.Namespace, "tier": c.Tier, "now": c.Now,
	} {
		if text != "" {
			ctx[key] = text
		}
	}
	return ctx
}

func (d Document) put(into map[string]any, key string) {
	if d.value != nil {
		into[key] = d.value
	}
}

// lookup is what stands in the context at the dotted path; nil where there is nothing.
func lookup(ctx map[string]any, path string) any {
	var at any = ctx
	for step := range strings.SplitSeq(path, ".") {
		switch v := at.(type) {
		case map[string]any:
			at = v[step]
		case ast.Object:
			at = part(v, step)
		default:
			return nil
		}
	}
	return at
}

// has reports whether the context has something at the dotted path: empty texts, lists and maps say
// nothing.
func has(ctx map[string]any, path string) bool {
	switch v := lookup(ctx, path).(type) {
	case nil:
		return false
	case string:
		return v != ""
	case []any:
		return len(v) > 0
	case map[string]any:
		return len(v) > 0
	case ast.String:
		return v != ""
	case ast.Object:
		return v.Len() > 0
	case *ast.Array:
		return v.Len() > 0
	}
	return true
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
