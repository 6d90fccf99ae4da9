package schemas

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// The operator that issues certificates, and who ends TLS where each tenant does.
const (
	certManager = "cert-manager"
	tenantTLS   = "tenant"
)

// Issued reports whether the hosts of tenants on the cluster get certificates of their own: tenants end TLS, and
// cert-manager is there.
func (c *Cluster) Issued() bool { return c != nil && c.TLS == tenantTLS && c.Has(certManager) }

// Issuer issues the certificates of the tenant's hosts; empty where they get none of their own.
func (e *Environment) Issuer() string {
	if e.Platform == nil || !e.Cluster.Issued() {
		return ""
	}
	return cmp.Or(e.Spec.TLS.Issuer, first(e.Platform.Certificates.Issuers))
}

func first(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return names[0]
}

// certificates judges who issues certificates for the hosts of the tenant.
func (e *resolved) certificates() {
	path := manifest.Path{"spec", "tls", "issuer"}
	asked, known := e.environment.Spec.TLS.Issuer, e.facts.Certificates.Issuers
	switch {
	case asked != "" && e.cluster.TLS != tenantTLS:
		p := e.complain(path, "is for clusters where tenants end TLS, and on cluster %s the gateway does", e.cluster.Name)
		p.Remedy = fmt.Sprintf("remove %s, or have tls: tenant set for cluster %s", p.Field, e.cluster.Name)
	case asked != "" && !e.cluster.Has(certManager):
		e.needs(certManager, true, path...)
	case asked != "" && len(known) == 0:
		p := e.complain(path, "there is no issuer %s: the platform names none that tenants may use", asked)
		p.Remedy = "have certificates.issuers set in " + platformFile
	case asked != "" && !slices.Contains(known, asked):
		p := e.complain(path, "there is no issuer %s%s", asked, suggest(asked, known))
		p.Remedy = "use " + choiceOf(known)
	case asked == "" && len(known) == 0 && e.cluster.Issued():
		e.unissued()
	}
}

// unissued tells of the first host that nobody would issue a certificate for: what mends one mends all.
func (e *resolved) unissued() {
	for _, name := range sortedKeys(e.environment.Spec.Services) {
		for i, x := range e.environment.Spec.Services[name].Expose {
			p := e.complain(manifest.Path{"spec", "services", name, "expose", i, "host"},
				"nobody issues a certificate for %s: tenants end TLS on cluster %s, and the platform names no issuer", x.Host, e.cluster.Name)
			p.Remedy = "have certificates.issuers set in " + platformFile
			return
		}
	}
}
