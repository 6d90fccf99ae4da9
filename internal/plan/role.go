package plan

import (
	"cmp"
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
	if kind := p.kind; kind != rbac+"Role" && kind != rbac+"ClusterRole" || p.old == nil || p.new == nil {
		return
	}
	path := manifest.Path{"rules"}
	if p.kind == rbac+"ClusterRole" && p.touched(manifest.Path{"aggregationRule"}) {
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
	if severity, texts := powers(more); len(texts) > 0 {
		c.risk(WiderRole, severity, p, path, "whoever has the role may now "+few(texts, "; "), "")
	}
}

// powers says what grants allow, the gravest first: each with all resources that the same verbs are for.
func powers(more map[grant][]string) (manifest.Severity, []string) {
	type allowance struct {
		severity manifest.Severity
		doing    string
	}
	of := map[allowance][]string{}
	for g, verbs := range more {
		verbs = slices.Compact(slices.Sorted(slices.Values(verbs)))
		a := allowance{power(g, verbs), doing(verbs)}
		of[a] = append(of[a], g.String())
	}
	order := slices.SortedFunc(maps.Keys(of), func(a, b allowance) int {
		return cmp.Or(cmp.Compare(gravity(b.severity), gravity(a.severity)), cmp.Compare(a.doing, b.doing))
	})
	var worst manifest.Severity
	var out []string
	for _, a := range order {
		if worst == "" {
			worst = a.severity
		}
		out = append(out, a.doing+" "+few(slices.Sorted(slices.Values(of[a])), ", "))
	}
	return worst, out
}

// mostNamed is how many things a message names; one more is named rather than counted.
const mostNamed = 5

// few names the first things and counts the rest.
func few(texts []string, separator string) string {
	if n := len(texts) - mostNamed; n > 1 {
		return fmt.Sprintf("%s and %d more", strings.Join(texts[:mostNamed], separator), n)
	}
	return strings.Join(texts, separator)
}

// doing writes verbs for people.
func doing(verbs []string) string {
	if slices.Contains(verbs, "*") {
		return "do everything with"
	}
	return strings.Join(verbs, ", ")
}

// String names what a grant is for.
func (g grant) String() string {
	s := g.resource
	switch {
	case g.resource == "*":
		s = "every resource"
		if g.group != "*" {
			s += " of the group " + fmt.Sprintf("%q", g.group)
		}
	case g.group == "*":
		s += " of every group"
	case g.group != "" && g.group != "url":
		s += " of " + g.group
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
