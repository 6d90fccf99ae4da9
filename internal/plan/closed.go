package plan

import (
	"fmt"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// closedHosts tells of hosts that no longer lead into the environment, whatever kind of object led them.
func (c *comparison) closedHosts() {
	left, told := c.servedHosts(), map[string]bool{}
	for i := range c.pairs {
		p := &c.pairs[i]
		if p.old == nil {
			continue
		}
		for _, h := range hosts(p.old) {
			if left[h] || told[h] {
				continue
			}
			told[h] = true
			name := h
			if h == "" || h == "*" {
				name = "what no other route of the gateway names"
			}
			c.risk(ClosedPath, c.graver(manifest.Low, manifest.Medium), p, manifest.Path{"spec"}, fmt.Sprintf("%s no longer leads into the namespace", name), "")
		}
	}
}

// servedHosts are those that lead into the environment afterwards.
func (c *comparison) servedHosts() map[string]bool {
	out := map[string]bool{}
	if c.New == nil {
		return out
	}
	for i := range c.New.Objects {
		for _, h := range hosts(&c.New.Objects[i]) {
			out[h] = true
		}
	}
	return out
}

// lostCertificate tells of certificates that nobody renews any more, though their hosts are still served.
func lostCertificate(c *comparison, p *pair) {
	const certificate = "cert-manager.io/Certificate"
	if p.kind != certificate || p.old == nil || c.New == nil {
		return
	}
	var issued []string
	for i := range c.New.Objects {
		if o := &c.New.Objects[i]; kindOf(o.Key()) == certificate {
			issued = append(issued, texts(at(o.Tree, "spec", "dnsNames"))...)
		}
	}
	served := c.servedHosts()
	for _, h := range texts(at(p.old.Tree, "spec", "dnsNames")) {
		if served[h] && !slices.Contains(issued, h) {
			c.risk(RemovedGuard, manifest.Medium, p, manifest.Path{"spec", "dnsNames"}, fmt.Sprintf("nobody renews the certificate of %s any more", h), "")
		}
	}
}

// lostRedirect tells of hosts whose plain requests are no longer sent on to TLS.
func lostRedirect(c *comparison, p *pair) {
	if p.kind != "gateway.networking.k8s.io/HTTPRoute" || p.old == nil || p.new != nil || !redirects(p.old.Tree) {
		return
	}
	served := c.servedHosts()
	for _, h := range hosts(p.old) {
		if served[h] {
			c.risk(RemovedGuard, manifest.Medium, p, manifest.Path{"spec", "rules"}, fmt.Sprintf("requests to %s in plain text are no longer sent to the encrypted address", h), "")
		}
	}
}

// redirects reports whether a route does nothing but send requests on to TLS.
func redirects(tree any) bool {
	rules := list(at(tree, "spec", "rules"))
	return len(rules) > 0 && !slices.ContainsFunc(rules, func(r any) bool {
		return !slices.ContainsFunc(list(at(r, "filters")), func(f any) bool { return text(f, "requestRedirect", "scheme") == "https" })
	})
}
