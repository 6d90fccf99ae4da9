package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

const rbac = "rbac.authorization.k8s.io/"

// grant is one thing that a role allows: a verb on a resource of a group, perhaps of one name, or on a path that is
// no resource.
type grant struct{ group, resource, name, verb string }

// mostGrants bounds the product of the lists in a rule; nobody reads more.
const mostGrants = 20_000

// grants writes out the rules of a role; false if they are too many.
func grants(tree any) ([]grant, bool) {
	var out []grant
	for _, r := range list(at(tree, "rules")) {
		names := texts(at(r, "resourceNames"))
		if len(names) == 0 {
			names = []string{"*"}
		}
		verbs, groups, resources, urls := texts(at(r, "verbs")), texts(at(r, "apiGroups")), texts(at(r, "resources")), texts(at(r, "nonResourceURLs"))
		if len(out)+len(verbs)*(len(groups)*len(resources)*len(names)+len(urls)) > mostGrants {
			return nil, false
		}
		for _, verb := range verbs {
			for _, group := range groups {
				for _, resource := range resources {
					for _, name := range names {
						out = append(out, grant{group, resource, name, verb})
					}
				}
			}
			for _, u := range urls {
				out = append(out, grant{"url", u, "*", verb})
			}
		}
	}
	return out, true
}

// known finds a grant among others, also where they say it with wildcards.
func (g grant) known(set map[grant]bool) bool {
	resources := []string{g.resource, "*"}
	if _, sub, ok := strings.Cut(g.resource, "/"); ok {
		resources = append(resources, "*/"+sub)
	}
	groups := []string{g.group, "*"}
	if g.group == "url" {
		groups, resources = []string{"url"}, prefixes(g.resource)
	}
	for _, group := range groups {
		for _, resource := range resources {
			for _, name := range []string{g.name, "*"} {
				for _, verb := range []string{g.verb, "*"} {
					if set[grant{group, resource, name, verb}] {
						return true
					}
				}
			}
		}
	}
	return false
}

// prefixes are the ways to allow a path: itself, and every beginning of it with a star.
func prefixes(url string) []string {
	out := []string{url}
	for i := range min(len(url), 200) + 1 {
		out = append(out, url[:min(i, len(url))]+"*")
	}
	return out
}

// widerRole tells what a role newly allows.
func widerRole(c *comparison, p *pair) {
	if kind := p.kind(); kind != rbac+"Role" && kind != rbac+"ClusterRole" || p.old == nil || p.new == nil {
		return
	}
	path := manifest.Path{"rules"}
	if p.kind() == rbac+"ClusterRole" && p.touched(manifest.Path{"aggregationRule"}) {
		c.risk(WiderRole, manifest.High, p, manifest.Path{"aggregationRule"}, "the role takes its rules from other roles than before: it may allow more", "")
	}
	if !p.touched(path) {
		return
	}
	old, readable := grants(p.old.Tree)
	new, alsoReadable := grants(p.new.Tree)
	if !readable || !alsoReadable {
		c.risk(WiderRole, manifest.High, p, path, "the rules are too many to compare: the role may allow more", "write it in fewer rules")
		return
	}
	set := map[grant]bool{}
	for _, g := range old {
		set[g] = true
	}
	more := map[grant][]string{} // verbs by what they are for
	for _, g := range new {
		if !g.known(set) {
			of := grant{group: g.group, resource: g.resource, name: g.name}
			more[of] = append(more[of], g.verb)
		}
	}
	for _, of := range slices.SortedFunc(maps.Keys(more), func(a, b grant) int { return strings.Compare(a.String(), b.String()) }) {
		verbs := slices.Compact(slices.Sorted(slices.Values(more[of])))
		c.risk(WiderRole, power(of, verbs), p, path, fmt.Sprintf("whoever has the role may now %s %s", strings.Join(verbs, ", "), of), "")
	}
}

// String names what a grant is for.
func (g grant) String() string {
	s := g.resource
	switch {
	case g.resource == "*":
		s = "everything"
		if g.group != "*" {
			s += " of the group " + fmt.Sprintf("%q", g.group)
		}
	case g.group == "*":
		s += " of every group"
	case g.group != "" && g.group != "url":
		s += "." + g.group
	}
	if g.name != "*" {
		s += " " + g.name
	}
	return s
}

var (
	mighty = []string{"*", "escalate", "bind", "impersonate"}
	// secretive resources give secrets, or a shell, or an identity away.
	secretive = []string{"secrets", "pods/exec", "pods/attach", "pods/portforward", "pods/ephemeralcontainers", "serviceaccounts/token", "nodes/proxy"}
	looking   = []string{"get", "list", "watch"}
)

// power grades a grant.
func power(g grant, verbs []string) manifest.Severity {
	only := func(set []string) bool {
		return !slices.ContainsFunc(verbs, func(v string) bool { return !slices.Contains(set, v) })
	}
	switch {
	case g.resource == "*" || slices.ContainsFunc(verbs, func(v string) bool { return slices.Contains(mighty, v) }):
		return manifest.Critical
	case slices.Contains(secretive, g.resource) || !only(looking):
		return manifest.High
	}
	return manifest.Medium
}

// widerBinding tells who newly has a role.
func widerBinding(c *comparison, p *pair) {
	if kind := p.kind(); kind != rbac+"RoleBinding" && kind != rbac+"ClusterRoleBinding" || p.new == nil || p.moved {
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
	for i, s := range list(new["subjects"]) {
		who := subject(s)
		if before[who] {
			continue
		}
		before[who] = true
		c.risk(WiderRole, c.reach(p, new, s), p, manifest.Path{"subjects", i}, fmt.Sprintf("%s now has the %s%s", who, role, scope(p)), "")
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

// widerToken tells of pods that newly carry a token of their account.
func widerToken(c *comparison, p *pair) {
	const message = "pods now carry the token of their account, and whoever breaks into one may use it"
	const remedy = "set automountServiceAccountToken to false where no pod asks the Kubernetes API"
	path := manifest.Path{"automountServiceAccountToken"}
	if p.kind() == "ServiceAccount" && p.old != nil && p.new != nil && p.old.Tree[path[0].(string)] == false && p.new.Tree[path[0].(string)] != false {
		c.risk(WiderRole, manifest.Medium, p, path, message, remedy)
	}
	before, after, where := p.pods()
	if before == nil || after == nil || before["automountServiceAccountToken"] != false {
		return
	}
	if v := after["automountServiceAccountToken"]; v == true || v == nil && c.accountMounts(p, after) {
		c.risk(WiderRole, manifest.Medium, p, where.Join(path...), message, remedy)
	}
}

// accountMounts reports whether the account of a pod that says nothing of its own gives it a token.
func (c *comparison) accountMounts(p *pair, pod map[string]any) bool {
	name := text(pod, "serviceAccountName")
	if name == "" {
		name = "default"
	}
	k := manifest.Key{Kind: "ServiceAccount", Namespace: p.key.Namespace, Name: name}
	for i := range c.New.Objects {
		if o := &c.New.Objects[i]; o.Key() == k {
			return o.Tree["automountServiceAccountToken"] != false
		}
	}
	return true
}
