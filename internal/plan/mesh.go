package plan

import (
	"fmt"
	"maps"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

const istio = "security.istio.io/"

// strictness orders the modes of mutual TLS; what is not set is left to the namespace or the mesh.
var strictness = map[string]int{"STRICT": 3, "": 2, "UNSET": 2, "PERMISSIVE": 1, "DISABLE": 0}

// weakerMesh tells of what the policies of a mesh no longer ask.
func weakerMesh(c *comparison, p *pair) {
	if p.moved {
		return
	}
	switch p.kind {
	case istio + "PeerAuthentication":
		c.weakerTLS(p)
	case istio + "AuthorizationPolicy":
		c.weakerAuthorization(p)
	case "networking.istio.io/DestinationRule":
		old, new := p.trees()
		before, after := text(old, "spec", "trafficPolicy", "tls", "mode"), text(new, "spec", "trafficPolicy", "tls", "mode")
		if p.old != nil && p.new != nil && before != after && (after == "DISABLE" || after == "SIMPLE") {
			c.risk(OpenedPath, manifest.High, p, manifest.ParsePath("spec.trafficPolicy.tls.mode"), "clients no longer prove who they are: the mode is now "+after, "")
		}
	}
}

func (c *comparison) weakerTLS(p *pair) {
	old, new := p.trees()
	was := modes(old)
	if p.new == nil {
		if strictness[was["mtls"]] == 3 {
			c.risk(RemovedGuard, manifest.High, p, nil, "nothing here demands mutual TLS any more: what the mesh demands by default counts", "")
		}
		return
	}
	is := modes(new)
	for _, where := range slices.Sorted(maps.Keys(is)) {
		before, ok := was[where]
		if !ok {
			before = was["mtls"]
		}
		if p.old == nil {
			before = ""
		}
		if strictness[is[where]] < strictness[before] {
			c.risk(OpenedPath, manifest.High, p, manifest.Path{"spec"}, fmt.Sprintf("%s: plain text is let in where it was not: %s becomes %s", where, orUnset(before), orUnset(is[where])), "")
		}
	}
}

func orUnset(mode string) string {
	if mode == "" {
		return "UNSET"
	}
	return mode
}

// modes are those of a PeerAuthentication, of each port as well.
func modes(tree any) map[string]string {
	out := map[string]string{"mtls": text(tree, "spec", "mtls", "mode")}
	for port, v := range child(tree, "spec", "portLevelMtls") {
		out["port "+port] = text(v, "mode")
	}
	return out
}

// weakerAuthorization compares what an authorization policy allows, caller by caller, and the rules of one that forbids
// as wholes: one that is gone surely allows more.
func (c *comparison) weakerAuthorization(p *pair) {
	old, new := p.trees()
	action := func(tree any) string {
		if a := text(tree, "spec", "action"); a != "" {
			return a
		}
		return "ALLOW"
	}
	path := manifest.Path{"spec", "rules"}
	switch {
	case p.new == nil && action(old) == "ALLOW" && c.closedBeside(p):
		// The others let in whom they name: whom only this one named is now refused.
	case p.new == nil:
		c.risk(RemovedGuard, manifest.High, p, nil, "the policy no longer holds: what no other one forbids is allowed", "")
	case p.old == nil && action(new) == "ALLOW":
		// The first ALLOW policy forbids the rest; a further one lets more through.
		if c.anotherAllows(p) {
			c.admits(p)
		}
	case p.old == nil:
	case action(old) != action(new):
		c.risk(OpenedPath, manifest.High, p, manifest.Path{"spec", "action"}, fmt.Sprintf("the policy no longer says %s but %s", action(old), action(new)), "")
	case action(new) == "ALLOW":
		c.admits(p)
	case (action(new) == "DENY" || action(new) == "CUSTOM") && len(more(at(new, "spec", "rules"), at(old, "spec", "rules"))) > 0:
		c.risk(OpenedPath, manifest.High, p, path, "a rule that refused requests is gone or changed", "")
	}
	if p.old != nil && p.new != nil && p.touched(manifest.Path{"spec", "selector"}) {
		c.risk(OpenedPath, manifest.Medium, p, manifest.Path{"spec", "selector"}, "the policy holds for other pods than before: those that it leaves may be open", "")
	}
}

// anotherAllows reports whether an ALLOW policy was there before in the namespace.
func (c *comparison) anotherAllows(p *pair) bool {
	if c.Old == nil {
		return false
	}
	return slices.ContainsFunc(c.Old.Objects, func(o manifest.Object) bool {
		k, action := o.Key(), text(o.Tree, "spec", "action")
		return kindOf(k) == istio+"AuthorizationPolicy" && k.Namespace == p.key.Namespace && (action == "" || action == "ALLOW")
	})
}

// foreign are policies of networks that we do not read.
var foreign = []string{
	"cilium.io/CiliumNetworkPolicy", "cilium.io/CiliumClusterwideNetworkPolicy", "projectcalico.org/NetworkPolicy", "projectcalico.org/GlobalNetworkPolicy",
	"crd.projectcalico.org/NetworkPolicy", "crd.projectcalico.org/GlobalNetworkPolicy", "policy.networking.k8s.io/AdminNetworkPolicy",
	"policy.networking.k8s.io/BaselineAdminNetworkPolicy", "policy.networking.k8s.io/ClusterNetworkPolicy",
}

func foreignPolicy(c *comparison, p *pair) {
	if p.moved || !slices.Contains(foreign, p.kind) {
		return
	}
	if p.action == Removed {
		c.risk(RemovedGuard, manifest.High, p, nil, "what the policy forbade may be open", "")
	} else if p.action == Added || p.touched(manifest.Path{"spec"}) || p.touched(manifest.Path{"specs"}) {
		c.risk(OpenedPath, manifest.Medium, p, manifest.Path{"spec"}, "the policy may open a path: policies of this kind are not examined", "")
	}
}
