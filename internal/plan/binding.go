package plan

import (
	"fmt"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// widerBinding tells who newly has a role.
func widerBinding(c *comparison, p *pair) {
	if kind := p.kind; kind != rbac+"RoleBinding" && kind != rbac+"ClusterRoleBinding" || p.new == nil || p.moved {
		return
	}
	old, new := p.trees()
	role := text(new, "roleRef", "kind") + " " + text(new, "roleRef", "name")
	before := map[string]bool{}
	if before[""] = true; text(old, "roleRef", "kind")+" "+text(old, "roleRef", "name") == role {
		for _, s := range list(old["subjects"]) {
			before[subject(s)] = true
		}
	}
	var more []string
	var worst manifest.Severity
	path := manifest.Path{"subjects"}
	for i, s := range list(new["subjects"]) {
		who := subject(s)
		if before[who] {
			continue
		}
		before[who] = true
		if more = append(more, who); len(more) == 1 {
			path = manifest.Path{"subjects", i}
		} else {
			path = manifest.Path{"subjects"}
		}
		if severity := c.reach(p, new, s); gravity(severity) > gravity(worst) {
			worst = severity
		}
	}
	switch len(more) {
	case 0:
	case 1:
		c.risk(WiderRole, worst, p, path, fmt.Sprintf("%s now has the %s%s", more[0], role, scope(p)), "")
	default:
		c.risk(WiderRole, worst, p, path, fmt.Sprintf("these now have the %s%s: %s", role, scope(p), few(more, ", ")), "")
	}
}

// scope says where a binding holds.
func scope(p *pair) string {
	if p.key.Kind == "ClusterRoleBinding" {
		return " in the whole cluster"
	}
	return ""
}

// subject names who a binding is for.
func subject(s any) string {
	kind, name := text(s, "kind"), text(s, "name")
	if kind == "" && name == "" {
		return ""
	}
	if ns := text(s, "namespace"); ns != "" {
		name = ns + "/" + name
	}
	return kind + " " + name
}

// everybody are groups that people do not join on purpose.
var everybody = []string{"system:authenticated", "system:unauthenticated", "system:serviceaccounts", "system:anonymous"}

// reach grades a new subject: by who it is, and by what the role allows as far as it is known.
func (c *comparison) reach(p *pair, tree, s any) manifest.Severity {
	role := text(tree, "roleRef", "name")
	switch {
	case slices.Contains(everybody, text(s, "name")), role == "cluster-admin":
		return manifest.Critical
	case p.key.Kind == "ClusterRoleBinding", text(tree, "roleRef", "kind") == "ClusterRole" && role != "view", text(s, "kind") == "ServiceAccount":
		return manifest.High
	}
	return manifest.Medium
}
