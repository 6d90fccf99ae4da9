package proof

import (
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// everyHost is the claim of who names no host.
const everyHost = "*"

// answers claims a host for what answers there. A wildcard covers every name below it.
func (r *reader) answers(host string, path manifest.Path) {
	host = strings.ToLower(strings.TrimSuffix(strings.TrimSpace(host[strings.LastIndex(host, "/")+1:]), "."))
	if host == "" {
		host = everyHost
	}
	r.claim(Routes, "host", host, path)
}

func (r *reader) ingressHosts() {
	for i, rule := range list(r.object.Tree, "spec", "rules") {
		r.answers(text(rule, "host"), manifest.Path{"spec", "rules", i, "host"})
	}
	if get(r.object.Tree, "spec", "defaultBackend") != nil {
		r.answers("", manifest.Path{"spec", "defaultBackend"})
	}
	aliases := manifest.Path{"metadata", "annotations", "nginx.ingress.kubernetes.io/server-alias"}
	if v, ok := aliases.Lookup(r.object.Tree); ok {
		s, _ := v.(string)
		for host := range strings.SplitSeq(s, ",") {
			r.answers(host, aliases)
		}
	}
}

// gatewayRoute reads a route of the Gateway API. Its parents are gateways, or Services whose requests from inside it takes. A
// backend in another namespace needs a ReferenceGrant there, which is an opening by itself.
func (r *reader) gatewayRoute() {
	outside := false
	r.hostBackends()
	for i, p := range list(r.object.Tree, "spec", "parentRefs") {
		if text(p, "kind") != "Service" {
			outside = true
		} else if n := text(p, "namespace"); n != "" && n != r.Namespace {
			r.takes(n, manifest.Path{"spec", "parentRefs", i, "namespace"})
		}
	}
	if !outside {
		return
	}
	hosts := texts(r.object.Tree, "spec", "hostnames")
	for i, host := range hosts {
		r.answers(host, manifest.Path{"spec", "hostnames", i})
	}
	if len(hosts) == 0 {
		r.answers("", manifest.Path{"spec"})
	}
}

// hostBackends are hosts that Istio leads to by their names, Services of any namespace among them, without a grant.
func (r *reader) hostBackends() {
	for i, rule := range list(r.object.Tree, "spec", "rules") {
		for k, b := range list(rule, "backendRefs") {
			if text(b, "kind") == "Hostname" {
				r.meant(text(b, "name"), manifest.Path{"spec", "rules", i, "backendRefs", k, "name"})
			}
		}
	}
}

func (r *reader) rawRoute() {
	r.doubt(Routes, "%s takes whatever comes to a port of a gateway: whose port it is cannot be told", r.key)
}

// listeners are those of a gateway of the tenant's own.
func (r *reader) listeners() {
	for i, l := range list(r.object.Tree, "spec", "listeners") {
		r.answers(text(l, "hostname"), manifest.Path{"spec", "listeners", i, "hostname"})
	}
	for i, s := range list(r.object.Tree, "spec", "servers") {
		for k, host := range texts(s, "hosts") {
			r.answers(host, manifest.Path{"spec", "servers", i, "hosts", k})
		}
	}
}

func (r *reader) grant() {
	for i, from := range list(r.object.Tree, "spec", "from") {
		r.opens(Routes, text(from, "namespace"), true, manifest.Path{"spec", "from", i, "namespace"},
			"routes of the first may lead to Services of the second, or use its Secrets", "a ReferenceGrant holds for every route there, also for one that comes later")
	}
}

// takes is a route for requests that are meant for a Service of another namespace.
func (r *reader) takes(namespace string, path manifest.Path) {
	r.opens(Routes, namespace, false, path, "takes requests that are meant for a Service of the other, or leads there",
		"routers follow it without asking the other namespace")
}

// services is what all long names of Services end in; a wildcard for a part of it, such as *.local, means all of them.
const services = ".svc.cluster.local"

// meant judges a host that a mesh, or a Service, speaks of: one of another namespace is another's.
func (r *reader) meant(host string, path manifest.Path) {
	host = strings.ToLower(strings.TrimSuffix(host[strings.LastIndex(host, "/")+1:], "."))
	if rest, wild := strings.CutPrefix(host, "*"); wild && (strings.HasSuffix(services, rest) || rest == ".svc") {
		r.takes("", path)
		return
	}
	name, _, _ := strings.Cut(host+".", ".svc.") // whatever domain the cluster has
	name = strings.TrimSuffix(name, ".")
	if dot := strings.LastIndexByte(name, '.'); dot >= 0 && name[dot+1:] != r.Namespace {
		r.takes(name[dot+1:], path)
	}
}

// exported are routes of the mesh, by hosts outside of the cluster, that proxies of others go by, too: by exportTo, or all
// where that is not set.
func (r *reader) exported(host string) {
	host = strings.TrimSuffix(host[strings.LastIndex(host, "/")+1:], ".")
	if !strings.Contains(host, ".") || strings.HasSuffix(host, ".svc") || strings.HasSuffix(host, ".svc.cluster.local") || strings.HasSuffix(host, "."+r.Namespace) {
		return // of a Service: whose it is has been judged
	}
	to, path := texts(r.object.Tree, "spec", "exportTo"), manifest.Path{"spec", "exportTo"}
	if len(to) == 0 {
		to, path = []string{"*"}, manifest.Path{"spec"}
	}
	for i, namespace := range to {
		at := path
		if len(path) > 1 {
			at = path.Join(i)
		}
		if namespace == "*" {
			namespace = ""
		}
		if namespace != "." && namespace != "~" && namespace != r.Namespace {
			r.opens(Routes, namespace, false, at, "says where requests of the other to "+host+" go",
				"proxies of a mesh follow every route that is exported to them")
		}
	}
}

func (r *reader) virtualService() {
	spec, outside := get(r.object.Tree, "spec"), false
	for _, g := range texts(spec, "gateways") {
		outside = outside || g != "mesh"
	}
	for i, host := range texts(spec, "hosts") {
		if outside {
			r.answers(host, manifest.Path{"spec", "hosts", i})
		}
		if g := texts(spec, "gateways"); len(g) == 0 || slices.Contains(g, "mesh") {
			r.exported(host)
		}
		if !outside || host != everyHost {
			r.meant(host, manifest.Path{"spec", "hosts", i})
		}
	}
	for _, kind := range []string{"http", "tls", "tcp"} {
		for i, rule := range list(spec, kind) {
			for k, d := range list(rule, "route") {
				r.meant(text(d, "destination", "host"), manifest.Path{"spec", kind, i, "route", k, "destination", "host"})
			}
			for k, d := range list(rule, "mirrors") {
				r.meant(text(d, "destination", "host"), manifest.Path{"spec", kind, i, "mirrors", k, "destination", "host"})
			}
			r.meant(text(rule, "mirror", "host"), manifest.Path{"spec", kind, i, "mirror", "host"})
			if get(rule, "delegate", "namespace") != nil {
				r.takes(text(rule, "delegate", "namespace"), manifest.Path{"spec", kind, i, "delegate", "namespace"})
			}
		}
	}
}

func (r *reader) destinationRule() {
	host := text(r.object.Tree, "spec", "host")
	r.meant(host, manifest.Path{"spec", "host"})
	r.exported(host)
}

// serviceEntry names hosts, and the addresses where the mesh finds them.
func (r *reader) serviceEntry() {
	for i, host := range texts(r.object.Tree, "spec", "hosts") {
		r.meant(host, manifest.Path{"spec", "hosts", i})
		r.exported(host)
	}
	if list(r.object.Tree, "spec", "endpoints") != nil || list(r.object.Tree, "spec", "addresses") != nil {
		r.doubt(Routes, "%s has addresses, whose owners are not known", r.key)
	}
}

func (r *reader) service() {
	spec := get(r.object.Tree, "spec")
	if name := text(spec, "externalName"); name != "" && text(spec, "type") == "ExternalName" {
		r.meant(name, manifest.Path{"spec", "externalName"})
	}
	if len(list(spec, "externalIPs")) > 0 {
		r.opens(Routes, "", false, manifest.Path{"spec", "externalIPs"}, "takes requests to an address that the other may mean",
			"every node sends what goes to an external address to the Service that names it")
	}
}

// endpoints written by hand lead routers to any pod.
func (r *reader) endpoints() {
	r.opens(Routes, "", false, nil, "leads routers to addresses that may be of the other's pods",
		"the other's policies let the gateway in, and it follows the addresses that it is given")
}
