package schemas

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pattern"
)

// maxLabel is the longest name of a namespace.
const maxLabel = 63

// maxTenant is the longest name of a tenant: it leaves room for that of an environment.
const maxTenant = 40

var label = pattern.Of(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)

// isLabel reports whether a name may name a namespace or a folder. It is asked before a name is ever
// joined into a path.
func isLabel(name string) bool { return len(name) <= maxLabel && label().MatchString(name) }

// isTenantName reports whether a name may name a tenant.
func isTenantName(name string) bool { return len(name) <= maxTenant && isLabel(name) }

// TenantName says why a name may not name a tenant; nil if it may.
func TenantName(name string) error {
	switch {
	case name == manifest.PlatformName:
		return fmt.Errorf("no tenant can be called %s: %s", name, whoseName)
	case isTenantName(name):
		return nil
	}
	return badName(name)
}

// whoseName says whose name manifest.PlatformName is.
const whoseName = "in the output it is the name of what belongs to no tenant"

// takenName refuses a tenant's document that has the name.
func takenName(doc *manifest.Node) manifest.Problem {
	path := manifest.Path{"metadata", "name"}
	at, _ := doc.Find(path)
	p := fault(at, path.String(), "no tenant can be called %s: %s", manifest.PlatformName, whoseName)
	p.Remedy = "call the tenant and its file otherwise, such as platform-team"
	return p
}

// badName refuses what can name nothing.
func badName(name string) error {
	return fmt.Errorf("%q cannot name a tenant: use lower-case letters, digits and dashes, at most %d", name, maxTenant)
}

// isReserved reports whether a namespace belongs to the cluster or to the platform's parts.
func (p *Platform) isReserved(namespace string) bool {
	ns := p.Namespaces
	own := []string{ns.Gateway, ns.Monitoring, ns.Backup, ns.GitOps, ns.DNS, ns.Rollouts, ns.Mesh}
	switch {
	case namespace == "default", namespace == "openshift", strings.HasPrefix(namespace, "kube-"), strings.HasPrefix(namespace, "openshift-"):
		return true
	case slices.Contains(own, namespace):
		return true
	case p.shares(namespace):
		return true
	}
	return slices.ContainsFunc(p.ReservedNames, func(pattern string) bool {
		prefix, glob := strings.CutSuffix(pattern, "*")
		return namespace == pattern || glob && strings.HasPrefix(namespace, prefix)
	})
}

// shares reports whether a service that tenants share runs in the namespace.
func (p *Platform) shares(namespace string) bool {
	for _, s := range p.SharedServices {
		if s.Namespace == namespace {
			return true
		}
	}
	return false
}

// NamespaceOf is what the platform's pattern makes of a tenant and an environment.
func (p *Platform) NamespaceOf(tenant, env string) string {
	return strings.ReplaceAll(strings.ReplaceAll(p.NamespacePattern, "{env}", env), "{tenant}", tenant)
}

// namespace returns that of the tenant in an environment, the field and place where a person would
// change it, and what is wrong with it.
func (r *resolver) namespace(env string) (string, manifest.Path, manifest.Position, []manifest.Problem) {
	path := manifest.Path{"spec", "environments", env}
	at, _ := r.doc.Find(path)
	own := r.doc.Get("spec").Get("environments").Get(env).Get("namespace")
	name := r.facts.NamespaceOf(r.name, env)
	if own != nil {
		path, at = path.Join("namespace"), own.Position
		name, _ = own.Value.(string)
	}
	var problem *manifest.Problem
	complain := func(format string, args ...any) {
		p := fault(at, path.String(), format, args...)
		problem = &p
	}
	switch {
	case len(name) > maxLabel:
		complain("namespace %s has %d characters, and at most %d are allowed", name, len(name), maxLabel)
	case !isLabel(name):
		complain("%q cannot name a namespace: use lower-case letters, digits and dashes", name)
	case r.facts.isReserved(name):
		complain("namespace %s is reserved", name)
	default:
		return name, path, at, nil
	}
	problem.Environment = env
	return name, path, at, []manifest.Problem{*problem}
}

// suggest returns "; did you mean X?" for the nearest of names, or nothing.
// Suggest is the end of a message about a word that is none of the names: the name that was probably
// meant, if there is one.
func Suggest(word string, names []string) string { return suggest(word, names) }

// suggestOr lists the names where none is near.
func suggestOr(word string, names []string) string {
	return cmp.Or(suggest(word, names), "; it has "+strings.Join(names, ", "))
}

func suggest(word string, names []string) string {
	if name := nearest(word, names); name != "" {
		return "; did you mean " + name + "?"
	}
	return ""
}
