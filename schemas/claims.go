package schemas

import (
	"cmp"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// claim is something that a tenant says is its own, and where it says so.
type claim struct {
	what, field string
	at          manifest.Position
}

// claims are what other tenants must not say as well, and what needs their word.
type claims struct {
	// namespaces are "cluster/namespace".
	namespaces, domains, hosts []claim
	// calls are "tenant/service/caller", accepts "tenant/service/from", where from may be empty; froms are the
	// same at the place of from, where there is one.
	calls, accepts, froms []claim
	services              map[string]bool
	// peers are "tenant/environment": those that a mesh has to know by the names of their namespaces.
	peers []claim
}

func (c *claims) namespace(cluster, name string, field manifest.Path, at manifest.Position) {
	c.namespaces = append(c.namespaces, claim{what: cluster + "/" + name, field: field.String(), at: at})
}

// spec collects the claims of a tenant in one environment.
func (c *claims) spec(e *resolved) {
	if c.services == nil {
		c.services = map[string]bool{}
	}
	spec := &e.environment.Spec
	put := func(to *[]claim, what string, path manifest.Path) {
		at, words, _ := e.locate(e.doc, path)
		if new := (claim{what, words.String(), at}); !slices.Contains(*to, new) {
			*to = append(*to, new)
		}
	}
	for i, d := range spec.Domains {
		put(&c.domains, d, manifest.Path{"spec", "domains", i})
	}
	for i, a := range spec.Accepts {
		what, path := a.Tenant+"/"+a.Service+"/"+a.From, manifest.Path{"spec", "accepts", i}
		put(&c.accepts, what, path.Join("tenant"))
		if e.cluster.Mesh == Istio {
			c.meshed(e, a.Tenant, path.Join("tenant"))
		}
		if a.From != "" {
			put(&c.froms, what, path.Join("from"))
		}
	}
	for _, name := range sortedKeys(spec.Services) {
		c.services[name] = true
		path := manifest.Path{"spec", "services", name}
		for i, x := range spec.Services[name].Expose {
			put(&c.hosts, x.Host, path.Join("expose", i, "host"))
		}
		for i, call := range spec.Services[name].Calls {
			if call.Tenant != "" && call.Tenant != e.name {
				put(&c.calls, call.Tenant+"/"+call.Service+"/"+name, path.Join("calls", i, "tenant"))
				c.meshedCall(e, call.Tenant, path.Join("calls", i, "tenant"))
			}
		}
	}
}

// owned is a claim with whose it is.
type owned struct {
	tenant string
	claim
}

// conflicts finds what two tenants claim, and calls between tenants that lead nowhere. Each tenant
// gets the problem at its own place.
func conflicts(p *Platform, all []outcome, names []string) map[string][]manifest.Problem {
	out := collisions{}
	out.namespaces(all)
	out.usual(p, all, names)
	out.domains(all)
	out.calls(all, names)
	out.peers(p, all)
	return out
}

// collisions are problems by tenant.
type collisions map[string][]manifest.Problem

func (c collisions) report(a, b owned, format string, args ...any) {
	p := fault(a.at, a.field, format, args...)
	p.Message += " (" + b.at.String() + ")"
	c[a.tenant] = append(c[a.tenant], p)
}

func (c collisions) namespaces(all []outcome) {
	by := map[string][]owned{}
	for _, o := range all {
		for _, n := range o.claims.namespaces {
			by[n.what] = append(by[n.what], owned{o.name, n})
		}
	}
	for _, what := range sortedKeys(by) {
		cluster, name, _ := strings.Cut(what, "/")
		pairs(by[what], func(a, b owned) {
			if a.tenant == b.tenant {
				c.report(a, b, "namespace %s on cluster %s is that of two environments", name, cluster)
				return
			}
			c.report(a, b, "namespace %s on cluster %s is also that of tenant %s", name, cluster, b.tenant)
		})
	}
}

// usual refuses a namespace of a tenant's own choice that bears the name which the platform's pattern gives another one:
// others let that tenant in by this name, whether or not it uses it.
func (c collisions) usual(p *Platform, all []outcome, names []string) {
	by := map[string]string{}
	for _, tenant := range names {
		for _, env := range p.Environments {
			by[p.NamespaceOf(tenant, env.Name)] = tenant
		}
	}
	for _, o := range all {
		for _, n := range o.claims.namespaces {
			_, name, _ := strings.Cut(n.what, "/")
			if tenant, ok := by[name]; ok && tenant != o.name && strings.HasSuffix(n.field, ".namespace") {
				at := fault(n.at, n.field, "namespace %s is the one that namespacePattern names for tenant %s", name, tenant)
				at.Remedy = "choose another name"
				c[o.name] = append(c[o.name], at)
			}
		}
	}
}

// pairs calls f for each of several owners with the first of the others.
func pairs(owners []owned, f func(a, b owned)) {
	for i, a := range owners {
		for j, b := range owners {
			if i != j && a.at != b.at {
				f(a, b)
				break
			}
		}
	}
}

// domains: a domain has one owner, and nobody else may own or serve anything under it.
func (c collisions) domains(all []outcome) {
	owners, hosts := map[string][]owned{}, map[string][]owned{}
	for _, o := range all {
		for _, d := range o.claims.domains {
			name := strings.TrimPrefix(d.what, "*.")
			owners[name] = append(owners[name], owned{o.name, d})
		}
		for _, h := range o.claims.hosts {
			hosts[h.what] = append(hosts[h.what], owned{o.name, h})
		}
	}
	clash := func(claims map[string][]owned, what string) {
		for _, name := range sortedKeys(claims) {
			for _, a := range claims[name] {
				if _, told := foreign(hosts[name], a.tenant); told && what == "host" {
					continue // both are told that they serve it
				}
				for parent := strings.TrimPrefix(name, "*."); parent != ""; _, parent, _ = strings.Cut(parent, ".") {
					b, ok := foreign(owners[parent], a.tenant)
					switch {
					case !ok:
					case a.what == b.what && what == "domain":
						c.report(a, b, "domain %s is also claimed by tenant %s", a.what, b.tenant)
					default:
						c.report(a, b, "%s %s is under %s, which belongs to tenant %s", what, a.what, b.what, b.tenant)
						c.report(b, a, "domain %s is also claimed by tenant %s, for %s", b.what, a.tenant, a.what)
					}
				}
			}
		}
	}
	clash(owners, "domain")
	clash(hosts, "host")
	c.hosts(hosts)
}

// hosts: a host is served by one tenant, and nobody else serves a wildcard that covers it.
func (c collisions) hosts(hosts map[string][]owned) {
	for _, name := range sortedKeys(hosts) {
		for _, a := range hosts[name] {
			if b, ok := foreign(hosts[name], a.tenant); ok {
				c.report(a, b, "host %s is also served by tenant %s", a.what, b.tenant)
			}
			_, parent, _ := strings.Cut(strings.TrimPrefix(name, "*."), ".")
			for ; parent != ""; _, parent, _ = strings.Cut(parent, ".") {
				if b, ok := foreign(hosts["*."+parent], a.tenant); ok {
					c.report(a, b, "host %s is covered by %s, which tenant %s serves", a.what, b.what, b.tenant)
					c.report(b, a, "host %s covers %s, which tenant %s serves", b.what, a.what, a.tenant)
				}
			}
		}
	}
}

// alone leaves out what is said of a host that other tenants have: whose it is comes first, and settles the rest.
func alone(problems, between []manifest.Problem) []manifest.Problem {
	return slices.DeleteFunc(problems, func(p manifest.Problem) bool {
		return strings.HasSuffix(p.Field, ".host") && slices.ContainsFunc(between, func(q manifest.Problem) bool {
			return q.Position == p.Position && q.Field == p.Field
		})
	})
}

func foreign(owners []owned, tenant string) (owned, bool) {
	i := slices.IndexFunc(owners, func(o owned) bool { return o.tenant != tenant })
	if i < 0 {
		return owned{}, false
	}
	return owners[i], true
}

// compareFiles puts tenants/ before overrides/, and documents before what lies in deeper folders.
func compareFiles(a, b string) int {
	group := func(name string) int {
		n := 0
		if strings.HasPrefix(name, overridesDir+"/") {
			n = 2
		}
		if strings.Contains(name, "/patches/") || strings.Contains(name, "/resources/") {
			n++
		}
		return n
	}
	return cmp.Or(cmp.Compare(group(a), group(b)), cmp.Compare(a, b))
}
