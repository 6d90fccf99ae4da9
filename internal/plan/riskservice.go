package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// otherTarget tells of Services whose name and address lead to other pods than before, or to no pods at all but to
// addresses that somebody wrote.
func otherTarget(c *comparison, p *pair) {
	path := manifest.Path{"spec", "selector"}
	if p.kind != "Service" || p.old == nil || p.new == nil || p.moved || !p.touched(path) {
		return
	}
	selects := func(o *manifest.Object) selector {
		return newSelector(map[string]any{"matchLabels": at(o.Tree, "spec", "selector")}, neutral{})
	}
	old, new := selects(p.old), selects(p.new)
	switch {
	case len(old) == 0 && len(new) == 0, old.text() == new.text():
	case len(new) == 0:
		c.risk(OpenedPath, manifest.Medium, p, path, "the Service selects no pods: its traffic goes wherever an EndpointSlice says", "")
	default:
		c.risk(OpenedPath, manifest.Medium, p, path, fmt.Sprintf("traffic to the Service goes elsewhere: to %s", new), "")
	}
}

// publicBalancer tells of load balancers that were inside of the network and get a public address.
func publicBalancer(c *comparison, p *pair) {
	if p.kind != "Service" || p.old == nil || p.new == nil || text(p.new.Tree, "spec", "type") != "LoadBalancer" {
		return
	}
	old, new := inside(p.old), inside(p.new)
	if old != "" && new == "" {
		c.risk(OpenedPath, manifest.High, p, manifest.Path{"metadata", "annotations", old}, "the load balancer is no longer inside of the network: it gets a public address", "")
	}
}

// inside names the annotation by which a cloud keeps a load balancer inside of the network; the clouds have one each,
// either a switch with "internal" in its name or a type with that value.
func inside(o *manifest.Object) string {
	notes := child(o.Tree, "metadata", "annotations")
	for _, key := range keysOf(notes, nil) {
		value := strings.ToLower(text(notes, key))
		if strings.Contains(key, "load-balancer") && (value == "internal" || strings.Contains(key, "internal") && value != "" && value != "false") {
			return key
		}
	}
	return ""
}

// writtenTarget tells of addresses that a Service newly leads to, which no selector found.
func writtenTarget(c *comparison, p *pair) {
	of := map[string]string{"Endpoints": "subsets", "discovery.k8s.io/EndpointSlice": "endpoints"}[p.kind]
	if of == "" || p.new == nil || p.moved {
		return
	}
	old, new := p.trees()
	addresses := func(tree any) (out []string) {
		for _, e := range list(at(tree, of)) {
			for _, a := range list(at(e, "addresses")) {
				if s, ok := a.(string); ok {
					out = append(out, s)
				} else {
					out = append(out, text(a, "ip"))
				}
			}
		}
		slices.Sort(out)
		return out
	}
	if more := added(addresses(old), addresses(new)); len(more) > 0 {
		c.risk(OpenedPath, manifest.High, p, manifest.Path{of}, "traffic to the Service now goes to addresses that no selector found: "+strings.Join(more, ", "), "")
	}
}

// otherSecret tells of secrets that come from another place of the store, or from another store.
func otherSecret(c *comparison, p *pair) {
	if p.key.Group != "external-secrets.io" || p.old == nil || p.new == nil || p.moved {
		return
	}
	old, new := p.trees()
	switch p.key.Kind {
	case "SecretStore", "ClusterSecretStore":
		if path := (manifest.Path{"spec", "provider"}); p.touched(path) {
			c.risk(OpenedPath, manifest.Medium, p, path, "secrets come from another store, or are fetched in another name", "")
		}
	case "ExternalSecret":
		if path := (manifest.Path{"spec", "secretStoreRef"}); p.touched(path) {
			c.risk(OpenedPath, manifest.Medium, p, path, "the secret comes from another store: "+entryText(at(new, "spec", "secretStoreRef")), "")
		}
		for _, part := range []string{"data", "dataFrom"} {
			if keys := added(remoteKeys(at(old, "spec", part)), remoteKeys(at(new, "spec", part))); len(keys) > 0 {
				c.risk(OpenedPath, manifest.Medium, p, manifest.Path{"spec", part}, "the secret now holds what the store has under "+strings.Join(keys, ", "), "")
			}
		}
	}
}

// remoteKeys are what an ExternalSecret asks its store for.
func remoteKeys(v any) []string {
	var out []string
	for _, e := range list(v) {
		for _, way := range []string{"remoteRef", "extract"} {
			if key := text(e, way, "key"); key != "" {
				out = append(out, strings.TrimSuffix(key+" "+text(e, way, "property"), " "))
			}
		}
		if find := at(e, "find"); find != nil {
			out = append(out, strings.TrimSpace("every name like "+text(find, "name", "regexp")+" in "+text(find, "path")))
		}
	}
	slices.Sort(out)
	return out
}
