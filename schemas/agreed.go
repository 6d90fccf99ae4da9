package schemas

import (
	"slices"
	"strings"
)

// calls warns of calls that the other side does not know of, and of words for callers that there are
// not; a call to nobody is a problem.
func (c collisions) calls(all []outcome, names []string) {
	known := map[string]*claims{}
	for i := range all {
		if all[i].claims.services != nil {
			known[all[i].name] = &all[i].claims
		}
	}
	for _, o := range all {
		for _, call := range o.claims.calls {
			c.call(o.name, call, known, names)
		}
		for _, a := range o.claims.accepts {
			if tenant, _, _ := a.link(); !slices.Contains(names, tenant) {
				c[o.name] = append(c[o.name], caution(a.at, a.field, "there is no tenant %s%s", tenant, suggest(tenant, names)))
			}
		}
		for _, from := range o.claims.froms {
			c.from(o.name, from, known)
		}
	}
}

// link is a claim about a call between tenants: the other tenant, the service that is called, the one
// that calls.
func (c claim) link() (tenant, service, caller string) {
	parts := strings.Split(c.what, "/")
	return parts[0], parts[1], parts[2]
}

func (c collisions) call(from string, call claim, known map[string]*claims, names []string) {
	tenant, service, caller := call.link()
	if !slices.Contains(names, tenant) {
		c[from] = append(c[from], fault(call.at, call.field, "there is no tenant %s%s", tenant, suggest(tenant, names)))
		return
	}
	other := known[tenant]
	if other == nil {
		return
	}
	accepted := slices.ContainsFunc(other.accepts, func(a claim) bool {
		return a.what == from+"/"+service+"/" || a.what == from+"/"+service+"/"+caller
	})
	switch {
	case !other.services[service]:
		c[from] = append(c[from], caution(call.at, call.field, "tenant %s has no service %s%s", tenant, service, suggest(service, sortedKeys(other.services))))
	case !accepted:
		c[from] = append(c[from], caution(call.at, call.field, "tenant %s does not accept calls to %s from here", tenant, service))
	}
}

// from warns of a caller that there is not, or that does not call while others do. That nobody calls yet is
// nothing to warn of: somebody has to go first.
func (c collisions) from(to string, a claim, known map[string]*claims) {
	tenant, service, caller := a.link()
	other := known[tenant]
	if other == nil {
		return
	}
	if !other.services[caller] {
		c[to] = append(c[to], caution(a.at, a.field, "tenant %s has no service %s%s", tenant, caller, suggest(caller, sortedKeys(other.services))))
		return
	}
	if callers := other.callersOf(to, service); len(callers) > 0 && !slices.Contains(callers, caller) {
		c[to] = append(c[to], caution(a.at, a.field, "%s of tenant %s does not call %s; %s does", caller, tenant, service, callers[0]))
	}
}

// callersOf are the services that call one of another tenant.
func (c *claims) callersOf(tenant, service string) []string {
	var out []string
	for _, call := range c.calls {
		if t, s, caller := call.link(); t == tenant && s == service {
			out = append(out, caller)
		}
	}
	return out
}
