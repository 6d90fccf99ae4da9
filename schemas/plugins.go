package schemas

import (
	"fmt"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// dataplaneV2 is the network plug-in of GKE that is made of Cilium.
const dataplaneV2 = "dataplane-v2"

// plugins are network plug-ins that are well known. Any other may be named, too.
var plugins = []string{
	Cilium, dataplaneV2, "calico", "antrea", "aws-vpc-cni", "azure-cni", "canal", "flannel", "kindnet", "kube-router", "ovn-kubernetes", "weave",
}

// judgePlugin warns of a network plug-in that differs from a known one by a slip: what depends on it would stay closed.
func (p *platform) judgePlugin(cluster string) []manifest.Problem {
	cni := p.facts.Clusters[cluster].CNI
	if cni == "" || slices.Contains(plugins, cni) || nearest(cni, plugins) == "" {
		return nil
	}
	at := manifest.Path{"spec", "clusters", cluster, "cni"}
	pos, _ := p.doc.Find(at)
	problem := caution(pos, at.String(), "%s is no network plug-in that is known%s", cni, suggest(cni, plugins))
	problem.Remedy = fmt.Sprintf("write %s, if that is meant", nearest(cni, plugins))
	return []manifest.Problem{problem}
}
