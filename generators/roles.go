package generators

import (
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// roles makes, for each role that an owner group has, a Role and the RoleBinding of its groups. A
// binding cannot change the role it names, so both are called after the role.
func roles(in input) []object {
	var out []object
	for _, role := range []string{viewer, developer, deployer, admin} {
		if groups := in.groups(role); len(groups) > 0 {
			out = append(out, in.role(role), in.binding(role, groups))
		}
	}
	return out
}

// groups are those that have a role, sorted, each once.
func (in input) groups(role string) []string {
	var groups []string
	for _, o := range in.env.Spec.Owners {
		if o.Role == role {
			groups = append(groups, o.Group)
		}
	}
	slices.Sort(groups)
	return slices.Compact(groups)
}

func (in input) role(role string) object {
	return object{owner: manifest.OwnerPlatform, subject: "spec.owners", typed: &rbacv1.Role{
		TypeMeta:   kind("rbac.authorization.k8s.io/v1", "Role"),
		ObjectMeta: in.meta("tenant-"+role, ""),
		Rules:      in.rules(role),
	}}
}

func (in input) binding(role string, groups []string) object {
	var subjects []rbacv1.Subject
	for _, group := range groups {
		subjects = append(subjects, rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.GroupKind, Name: group})
	}
	return object{owner: manifest.OwnerPlatform, subject: "spec.owners", typed: &rbacv1.RoleBinding{
		TypeMeta:   kind("rbac.authorization.k8s.io/v1", "RoleBinding"),
		ObjectMeta: in.meta("tenant-"+role, ""),
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: "tenant-" + role},
		Subjects:   subjects,
	}}
}

// rules are those of a role in the environment. The base has those of a protected environment:
// whatever an overlay does to it, it adds.
func (in input) rules(role string) []rbacv1.PolicyRule {
	open := !in.env.Protected && in.env.Name != ""
	var rules []rbacv1.PolicyRule
	for _, g := range grants {
		if slices.Contains(g.to, role) && (open || !g.open) && in.serves(g) {
			rules = append(rules, rbacv1.PolicyRule{APIGroups: []string{g.group}, Resources: g.resources, Verbs: g.verbs})
		}
	}
	return rules
}

// serves reports whether the tenant's part of the cluster has what a grant is about. Routes of Istio are there with
// its mesh, too.
func (in input) serves(g grant) bool {
	c := in.env.Cluster
	routed := g.router == "" || g.router == c.Router || g.router == schemas.Istio && c.Mesh == schemas.Istio
	installed := (g.operator == "" || c.Has(g.operator)) && (g.cni == "" || g.cni == c.CNI) && (!g.mesh || c.Mesh == schemas.Istio)
	return routed && installed && (!g.issued || in.env.Issuer() != "") && (!g.guarded || c.Coraza())
}
