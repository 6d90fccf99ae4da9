package proof

import (
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// deepest bounds how far into an object pods are looked for.
const deepest = 40

// spot is a part of an object that asks for something, wherever in it that stands.
type spot struct {
	tree map[string]any
	at   manifest.Path
}

// asking are the fields by which such parts are known: of pods, of what becomes part of pods, and of claims.
var asking = []string{"containers", "tolerations", "nodeSelector", "nodeAffinity", "priorityClassName", "dataSourceRef", "volumeName", "accessModes"}

// otherNetworks are annotations of pods, in whatever template, by which a plug-in gives them a second network.
var otherNetworks = [...]string{"k8s.v1.cni.cncf.io/networks", "v1.multus-cni.io/default-network"}

// spots reads every pod and claim that the object describes, in whatever kind.
func (r *reader) spots() {
	r.found, r.joined = r.found[:0], [len(otherNetworks)]bool{}
	r.find(r.object.Tree, nil, 0)
	for i, key := range otherNetworks {
		if r.joined[i] {
			r.doubt(Network, "%s has pods in a second network, by %s: policies do not hold there", r.key, key)
		}
	}
	slices.SortFunc(r.found, func(a, b spot) int { return strings.Compare(a.at.String(), b.at.String()) })
	for _, s := range r.found {
		if list(s.tree, "containers") != nil {
			r.pod(s.tree, s.at)
			r.podVolumes(s.tree, s.at)
		}
		r.nodes(s.tree, s.at)
		r.volumeClaim(s.tree, s.at)
	}
}

// find collects the parts, in no order.
func (r *reader) find(tree any, at manifest.Path, depth int) {
	switch v := tree.(type) {
	case map[string]any:
		if slices.ContainsFunc(asking, func(field string) bool { return v[field] != nil }) {
			r.found = append(r.found, spot{v, at})
		}
		for i, key := range otherNetworks {
			r.joined[i] = r.joined[i] || get(v, "annotations", key) != nil
		}
		for key, child := range v {
			if depth < deepest && nested(child) {
				r.find(child, at.Join(key), depth+1)
			}
		}
	case []any:
		for i, child := range v {
			if depth < deepest && nested(child) {
				r.find(child, at.Join(i), depth+1)
			}
		}
	}
}

func nested(v any) bool {
	switch v.(type) {
	case map[string]any, []any:
		return true
	}
	return false
}

func (r *reader) pod(spec map[string]any, at manifest.Path) {
	for _, field := range []string{"hostNetwork", "hostPID", "hostIPC"} {
		if on, _ := spec[field].(bool); on {
			r.asksHost(field, at.Join(field))
		}
	}
	for i, v := range list(spec, "volumes") {
		if get(v, "hostPath") != nil {
			r.asksHost("a hostPath", at.Join("volumes", i, "hostPath"))
		}
	}
	for _, containers := range []string{"containers", "initContainers", "ephemeralContainers"} {
		for i, c := range list(spec, containers) {
			if on, _ := get(c, "securityContext", "privileged").(bool); on {
				r.asksHost("a privileged container", at.Join(containers, i, "securityContext", "privileged"))
			}
		}
	}
}

func (r *reader) asksHost(what string, path manifest.Path) {
	r.host, r.asks = append(r.host, r.cause(path)), append(r.asks, what)
}

// guard judges the node's part once all objects are read: the Pod Security level of the Namespace, which holds for pods that
// are not rendered, too, and the pods that ask for the node.
func (r *reader) guard() {
	level := r.labels["pod-security.kubernetes.io/enforce"]
	guarded := level == "baseline" || level == "restricted"
	switch {
	case r.labels == nil:
		r.doubt(Host, "Namespace %s is not among the objects, so that its Pod Security level is not known", r.Namespace)
	case !guarded:
		r.openings = append(r.openings, opening{channel: Host, message: "pods may use the network, processes and files of the node, where pods of the other run",
			why: "no Pod Security level of the Namespace refuses them",
			cause: Cause{Tenant: r.Tenant, Environment: r.Environment, APIVersion: "v1", Object: manifest.Key{Kind: "Namespace", Name: r.Namespace},
				Path: manifest.Path{"metadata", "labels", "pod-security.kubernetes.io/enforce"}}})
	}
	// The pods were found in no order.
	order := make([]int, len(r.host))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(r.place(a), r.place(b)) })
	for _, i := range order {
		c := r.host[i]
		if guarded {
			r.doubt(Host, "%s asks for %s: only the Pod Security level %s of its Namespace refuses it", c.Object, r.asks[i], level)
			continue
		}
		r.openings = append(r.openings, opening{channel: Host, message: "has a pod with " + r.asks[i] + ", on a node where pods of the other may run",
			why: "no Pod Security level of the Namespace refuses it, and network policies do not hold on the node", cause: c})
	}
}

func (r *reader) place(i int) string {
	return r.host[i].Object.String() + r.host[i].Path.String() + r.asks[i]
}
