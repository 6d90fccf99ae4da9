package pipeline

import (
	"strings"

	"golang.org/x/net/publicsuffix"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/policies"
)

// hostPaths are where the kinds that route requests from outside name hosts; * is any item of a list. A
// VirtualService of the mesh names Services, which need no owner.
var hostPaths = map[string][]manifest.Path{
	"Ingress":        {{"spec", "rules", "*", "host"}},
	"HTTPRoute":      {{"spec", "hostnames", "*"}},
	"GRPCRoute":      {{"spec", "hostnames", "*"}},
	"TLSRoute":       {{"spec", "hostnames", "*"}},
	"ListenerSet":    {{"spec", "listeners", "*", "hostname"}},
	"XListenerSet":   {{"spec", "listeners", "*", "hostname"}},
	"Gateway":        {{"spec", "listeners", "*", "hostname"}, {"spec", "servers", "*", "hosts", "*"}},
	"VirtualService": {{"spec", "hosts", "*"}},
	"Certificate":    {{"spec", "dnsNames", "*"}, {"spec", "commonName"}},
}

// hostAnnotations name hosts, with commas between them, for external-dns, ingress-nginx and cert-manager.
var hostAnnotations = []string{
	"external-dns.alpha.kubernetes.io/hostname", "external-dns.alpha.kubernetes.io/internal-hostname",
	"external-dns.kubernetes.io/hostname", "external-dns.kubernetes.io/internal-hostname",
	"nginx.ingress.kubernetes.io/server-alias", "cert-manager.io/alt-names", "cert-manager.io/common-name",
}

// routed are the hosts that objects name, without those that the tenant's file exposes: those have their
// line there. Names without a dot are of Services.
func routed(objects []manifest.Object, exposed map[string]bool) []policies.Claim {
	var all []policies.Claim
	for i, o := range objects {
		claim := func(at manifest.Path, text string) {
			for host := range strings.SplitSeq(text, ",") {
				host = strings.TrimSpace(host[strings.LastIndex(host, "/")+1:]) // Istio writes namespaces before hosts
				if strings.Contains(host, ".") && !exposed[host] && !inCluster(host, o.Namespace()) {
					all = append(all, policies.Claim{Kind: "host", Value: host, Object: i, Path: at})
				}
			}
		}
		for _, path := range hostPaths[o.Kind()] {
			if o.Kind() != "VirtualService" || outside(o) {
				follow(o.Tree, path, nil, claim)
			}
		}
		for _, key := range hostAnnotations {
			follow(o.Tree, manifest.Path{"metadata", "annotations", key}, nil, claim)
		}
	}
	return all
}

// outside reports whether a VirtualService routes requests of a gateway, and not only those of the mesh.
func outside(o manifest.Object) bool {
	found := false
	follow(o.Tree, manifest.Path{"spec", "gateways", "*"}, nil, func(_ manifest.Path, gateway string) {
		found = found || gateway != "mesh"
	})
	return found
}

// inCluster reports whether a host is a Service of the namespace by its long name.
func inCluster(host, namespace string) bool {
	host = strings.TrimSuffix(strings.TrimSuffix(host, ".cluster.local"), ".svc")
	return strings.HasSuffix(host, "."+namespace)
}

// follow calls found for each text at the path.
func follow(tree any, path, at manifest.Path, found func(at manifest.Path, text string)) {
	if len(path) == 0 {
		if text, ok := tree.(string); ok {
			found(at, text)
		}
		return
	}
	switch v := tree.(type) {
	case map[string]any:
		if key, ok := path[0].(string); ok && v[key] != nil {
			follow(v[key], path[1:], at.Join(key), found)
		}
	case []any:
		for i, item := range v {
			if path[0] == "*" {
				follow(item, path[1:], at.Join(i), found)
			}
		}
	}
}

// publicSuffixes are the domains below which everybody may register names, such as co.uk and github.io.
func publicSuffixes(domains []string) []string {
	var out []string
	for _, d := range domains {
		bare := strings.TrimPrefix(d, "*.")
		if suffix, _ := publicsuffix.PublicSuffix(bare); suffix == bare {
			out = append(out, d)
		}
	}
	return out
}
