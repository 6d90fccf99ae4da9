package schemas

import (
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// meshed notes whose namespace a mesh has to know by name, so that what stands at the path works. Policies of a mesh, and
// the scope of its sidecars, know no labels of namespaces: they go by the name that the platform's pattern gives.
func (c *claims) meshed(e *resolved, tenant string, path manifest.Path) {
	at, words, _ := e.locate(e.doc, path)
	c.peers = append(c.peers, claim{tenant + "/" + e.env, words.String(), at})
}

// meshedCall notes both ends of a call: the other side lets the caller in by name, and sidecars of the caller look for the
// other side by name.
func (c *claims) meshedCall(e *resolved, tenant string, path manifest.Path) {
	if e.cluster.Mesh == Istio {
		c.meshed(e, e.name, path)
	}
	if e.cluster.Sidecars() {
		c.meshed(e, tenant, path)
	}
}

// unusual are the namespaces of other names than the platform's pattern gives, by environment.
func (c *claims) unusual(p *Platform, tenant string) map[string]claim {
	out := map[string]claim{}
	for _, n := range c.namespaces {
		field := manifest.ParsePath(n.field)
		if _, name, _ := strings.Cut(n.what, "/"); len(field) == 4 && name != p.NamespaceOf(tenant, field[2].(string)) {
			out[field[2].(string)] = n
		}
	}
	return out
}

// peers warns of calls between tenants that a mesh refuses, because a namespace has another name than the platform's
// pattern gives: at both ends.
func (c collisions) peers(p *Platform, all []outcome) {
	unusual := map[string]map[string]claim{}
	for _, o := range all {
		unusual[o.name] = o.claims.unusual(p, o.name)
	}
	for _, o := range all {
		for _, peer := range o.claims.peers {
			tenant, env, _ := strings.Cut(peer.what, "/")
			if n, ok := unusual[tenant][env]; ok {
				c[o.name] = append(c[o.name], elseNamed(peer, n, p.NamespaceOf(tenant, env), tenant, env))
			}
		}
	}
}

// elseNamed is the warning about a namespace of a tenant that another tenant's mesh looks for under its usual name.
func elseNamed(peer, namespace claim, usual, tenant, env string) manifest.Problem {
	_, name, _ := strings.Cut(namespace.what, "/")
	p := caution(peer.at, peer.field, "the mesh lets nothing through in environment %s: it knows tenant %s by namespace %s, and that is %s (%s)", env, tenant, usual, name, namespace.at)
	p.Remedy = "remove " + namespace.field + " of tenant " + tenant + ", so that namespacePattern names it"
	return p
}
