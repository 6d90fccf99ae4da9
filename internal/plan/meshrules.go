package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// admission is one caller that a rule of an authorization policy lets in at one port; empty stands for any.
type admission struct {
	caller
	port string
	path manifest.Path
}

// caller is an identity or a namespace, but for some principals.
type caller struct {
	name string
	but  []string
}

// admissions are all callers and ports of a policy's rules. Rules that say more than who and where are left out, and told: they
// are compared as wholes.
func admissions(tree any) (plain []admission, others []any) {
	for i, rule := range list(at(tree, "spec", "rules")) {
		path := manifest.Path{"spec", "rules", i}
		callers, known := callersOf(rule)
		ports, also := portsOf(rule)
		if !known || !also || at(rule, "when") != nil {
			others = append(others, rule)
			continue
		}
		for _, c := range callers {
			for _, p := range ports {
				plain = append(plain, admission{c, p, path})
			}
		}
	}
	return plain, others
}

// callersOf are the identities that a rule names, "" for everybody; false where a source says anything else.
func callersOf(rule any) ([]caller, bool) {
	from := list(at(rule, "from"))
	if len(from) == 0 {
		return []caller{{}}, true
	}
	var out []caller
	for _, f := range from {
		source := child(f, "source")
		but := texts(source["notPrincipals"])
		fields := 1 + min(len(but), 1)
		switch principals, namespaces := texts(source["principals"]), texts(source["namespaces"]); {
		case len(source) == fields && len(principals) > 0:
			for _, p := range principals {
				out = append(out, caller{p, but})
			}
		case len(source) == fields && len(namespaces) > 0:
			for _, n := range namespaces {
				out = append(out, caller{"namespace " + n, but})
			}
		default:
			return nil, false
		}
	}
	return out, true
}

// portsOf are the ports that a rule names, "" for all; false where an operation says anything else.
func portsOf(rule any) ([]string, bool) {
	to := list(at(rule, "to"))
	if len(to) == 0 {
		return []string{""}, true
	}
	var out []string
	for _, t := range to {
		operation := child(t, "operation")
		ports := texts(operation["ports"])
		if len(operation) != 1 || len(ports) == 0 {
			return nil, false
		}
		out = append(out, ports...)
	}
	return out, true
}

// covered reports whether one of the admissions lets in whom a lets in.
func (a admission) covered(by []admission) bool {
	return slices.ContainsFunc(by, func(b admission) bool {
		return (b.name == "" || b.name == a.name) && areAmong(b.but, a.but) && (b.port == "" || b.port == a.port)
	})
}

func areAmong(some, others []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(others, s) })
}

func (a admission) String() string {
	who, port := a.name, " at port "+a.port
	if who == "" {
		who = "everybody"
	}
	if len(a.but) > 0 {
		who += " but for " + strings.Join(a.but, ", ")
	}
	if a.port == "" {
		port = ""
	}
	return who + port
}

// mostCallers bounds how many callers one message names.
const mostCallers = 4

// admits tells of the callers that a policy that allows lets in and did not before. That it lets in fewer opens nothing.
func (c *comparison) admits(p *pair) {
	old, new := p.trees()
	before, otherOld := admissions(old)
	after, otherNew := admissions(new)
	after = slices.DeleteFunc(after, func(a admission) bool { return a.covered(before) })
	path := manifest.Path{"spec", "rules"}
	if len(more(otherOld, otherNew)) > 0 {
		c.risk(OpenedPath, manifest.Medium, p, path, "a rule is new or changed: the policy may allow requests that it refused", "")
	}
	if len(after) == 0 {
		return
	}
	severity, names := manifest.Medium, []string{}
	for _, a := range after {
		if a.name == "" || strings.Contains(a.name, "*") {
			severity = manifest.High
		}
		if !slices.Contains(names, a.String()) {
			names = append(names, a.String())
		}
	}
	if rest := len(names) - mostCallers; rest > 0 {
		names = append(names[:mostCallers], fmt.Sprintf("%d more", rest))
	}
	if len(after) > 0 && !slices.ContainsFunc(after, func(a admission) bool { return a.path.String() != after[0].path.String() }) {
		path = after[0].path
	}
	c.risk(OpenedPath, severity, p, path, "the policy now lets in "+strings.Join(names, ", "), "")
}

// closedBeside reports whether another policy still refuses whom no rule names, for all pods of the namespace.
func (c *comparison) closedBeside(p *pair) bool {
	return c.New != nil && slices.ContainsFunc(c.New.Objects, func(o manifest.Object) bool {
		k := o.Key()
		return kindOf(k) == istio+"AuthorizationPolicy" && k.Namespace == p.key.Namespace && k.Name != p.key.Name && allowsForAll(o.Tree)
	})
}

func allowsForAll(tree any) bool {
	action := text(tree, "spec", "action")
	return (action == "" || action == "ALLOW") && len(child(tree, "spec", "selector", "matchLabels")) == 0 &&
		at(tree, "spec", "targetRef") == nil && len(list(at(tree, "spec", "targetRefs"))) == 0
}
