package proof

import (
	"fmt"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// namesAssumption is what a policy by names of DNS rests on.
const namesAssumption = "policies of Cilium that open names open addresses outside of the cluster only"

// ciliumPolicy reads what opens names, and pods of namespaces that it names, such as those of the resolver. Anything else is a
// doubt. What it closes in addition is not counted.
func (r *reader) ciliumPolicy() {
	spec, _ := get(r.object.Tree, "spec").(map[string]any)
	if _, more := r.object.Tree["specs"]; more || !only(spec, "endpointSelector", "egress", "egressDeny") {
		r.doubt(Network, "%s is not read: it opens more than names", r.key)
		return
	}
	for i, rule := range list(spec, "egress") {
		fields, _ := rule.(map[string]any)
		switch {
		case only(fields, "toFQDNs", "toPorts") && len(list(rule, "toFQDNs")) > 0:
			r.assumptions = append(r.assumptions, namesAssumption)
		case only(fields, "toEndpoints", "toPorts") && len(list(rule, "toEndpoints")) > 0:
			r.ciliumEndpoints(i, list(rule, "toEndpoints"))
		default:
			r.doubt(Network, "%s is not read: spec.egress[%d] opens more than names", r.key, i)
		}
	}
}

// ciliumEndpoints are pods of one namespace each.
func (r *reader) ciliumEndpoints(rule int, endpoints []any) {
	for i, e := range endpoints {
		namespace := text(e, "matchLabels", "k8s:io.kubernetes.pod.namespace")
		switch namespace {
		case r.Namespace:
		case "":
			r.doubt(Network, "%s is not read: spec.egress[%d].toEndpoints[%d] names no namespace", r.key, rule, i)
		default:
			r.opens(Network, namespace, false, manifest.Path{"spec", "egress", rule, "toEndpoints", i},
				fmt.Sprintf("a policy of Cilium lets pods out to namespace %s", namespace), "what the other lets in is not compared with policies of Cilium")
		}
	}
}

// clusterPolicy is read as far as that it opens nothing: what it passes, NetworkPolicies decide.
func (r *reader) clusterPolicy() {
	for _, direction := range []string{"ingress", "egress"} {
		for i, rule := range list(r.object.Tree, "spec", direction) {
			if action := text(rule, "action"); action != "Deny" && action != "Pass" {
				r.doubt(Network, "%s is not read: spec.%s[%d] accepts, whatever policies of namespaces say", r.key, direction, i)
			}
		}
	}
}

// only reports whether a map has no other fields than these.
func only(fields map[string]any, known ...string) bool {
	n := 0
	for _, k := range known {
		if _, ok := fields[k]; ok {
			n++
		}
	}
	return fields != nil && n == len(fields)
}
