package plan

import (
	"fmt"
	"maps"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// exposedService tells of Services that are newly open to what is outside of the cluster.
func exposedService(c *comparison, p *pair) {
	if p.kind != "Service" || p.new == nil {
		return
	}
	old, new := p.trees()
	before, after := text(old, "spec", "type"), text(new, "spec", "type")
	if before != after {
		switch after {
		case "LoadBalancer":
			c.risk(OpenedPath, manifest.High, p, manifest.Path{"spec", "type"}, "the cloud gives the Service an address of its own, beside the gateway and its rules", "expose the service through the gateway")
		case "NodePort":
			c.risk(OpenedPath, manifest.High, p, manifest.Path{"spec", "type"}, "the Service listens on a port of every node", "expose the service through the gateway")
		case "ExternalName":
			c.risk(OpenedPath, manifest.Medium, p, manifest.Path{"spec", "type"}, fmt.Sprintf("the name of the Service now leads to %s", text(new, "spec", "externalName")), "")
		}
	}
	for _, address := range added(texts(at(old, "spec", "externalIPs")), texts(at(new, "spec", "externalIPs"))) {
		c.risk(OpenedPath, manifest.High, p, manifest.Path{"spec", "externalIPs"}, "the Service takes over the address "+address, "")
	}
	c.widerSources(p, before, after)
}

// widerSources tells of a load balancer that lets more addresses in.
func (c *comparison) widerSources(p *pair, before, after string) {
	const balancer = "LoadBalancer"
	if before != balancer || after != balancer || p.moved {
		return
	}
	path := manifest.Path{"spec", "loadBalancerSourceRanges"}
	old, new := texts(at(p.old.Tree, "spec", "loadBalancerSourceRanges")), texts(at(p.new.Tree, "spec", "loadBalancerSourceRanges"))
	if len(old) > 0 && len(new) == 0 {
		c.risk(OpenedPath, manifest.High, p, path, "the load balancer now lets everybody in", "")
		return
	}
	for _, r := range added(old, new) {
		if len(old) > 0 {
			c.risk(OpenedPath, manifest.Medium, p, path, "the load balancer now lets in "+r, "")
		}
	}
}

// added are the strings of the second list that the first has not, each once.
func added(old, new []string) []string {
	var out []string
	for _, s := range new {
		if !slices.Contains(old, s) && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// grantedReference tells of references that other namespaces may newly make.
func grantedReference(c *comparison, p *pair) {
	if p.kind != "gateway.networking.k8s.io/ReferenceGrant" || p.new == nil || p.moved {
		return
	}
	old, new := p.trees()
	from, to := elements(at(old, "spec", "from")), elements(at(new, "spec", "from"))
	for key, v := range to {
		if _, ok := from[key]; !ok {
			c.risk(OpenedPath, manifest.Medium, p, manifest.Path{"spec", "from"}, fmt.Sprintf("objects of kind %s in namespace %s may now refer to some of this one", text(v, "kind"), text(v, "namespace")), "")
		}
	}
	from, to = elements(at(old, "spec", "to")), elements(at(new, "spec", "to"))
	for key, v := range to {
		if _, ok := from[key]; !ok {
			what := "every " + text(v, "kind")
			if name := text(v, "name"); name != "" {
				what = text(v, "kind") + " " + name
			}
			c.risk(OpenedPath, manifest.Medium, p, manifest.Path{"spec", "to"}, what+" may now be referred to from another namespace", "")
		}
	}
}

// elements are those of a list by their content.
func elements(v any) map[string]any {
	out := map[string]any{}
	for _, e := range list(v) {
		out[string(plain(e))] = e
	}
	return out
}

// more are the elements of the second list that the first has not, in the order of their content.
func more(old, new any) []any {
	before, after := elements(old), elements(new)
	var out []any
	for _, k := range slices.Sorted(maps.Keys(after)) {
		if _, ok := before[k]; !ok {
			out = append(out, after[k])
		}
	}
	return out
}
