package plan

import (
	"fmt"
	"maps"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// guards are kinds whose mere removal takes a guard away, and what then happens. Policies of networks and meshes,
// budgets and gates are judged by what they did.
var guards = map[string]struct {
	severity manifest.Severity
	message  string
}{
	"ResourceQuota": {manifest.High, "nothing bounds what the namespace takes from the cluster, so far as this quota did"},
	"LimitRange":    {manifest.Medium, "containers that state no limits get none, and nothing bounds a single one"},
	"admissionregistration.k8s.io/ValidatingAdmissionPolicy":        {manifest.High, "the API server no longer refuses what the policy forbids"},
	"admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding": {manifest.High, "the API server no longer refuses what the policy forbids here"},
	"admissionregistration.k8s.io/ValidatingWebhookConfiguration":   {manifest.High, "the API server no longer asks the webhook"},
	"kyverno.io/ClusterPolicy":                                      {manifest.High, "the policy no longer holds"},
	"kyverno.io/Policy":                                             {manifest.High, "the policy no longer holds"},
	"policy.sigstore.dev/ClusterImagePolicy":                        {manifest.High, "signatures of these images are no longer asked for"},
	istio + "RequestAuthentication":                                 {manifest.High, "tokens of requests are no longer checked"},
	"networking.istio.io/Sidecar":                                   {manifest.Medium, "pods see all services of the mesh again"},
	"monitoring.coreos.com/PrometheusRule":                          {manifest.Low, "its alerts no longer fire"},
}

// removedObject tells of guards that go.
func removedObject(c *comparison, p *pair) {
	if g, ok := guards[p.kind]; ok && p.action == Removed {
		c.risk(RemovedGuard, g.severity, p, nil, g.message, "")
	}
}

// weakerQuota tells of resources that a quota no longer bounds.
func weakerQuota(c *comparison, p *pair) {
	if !isQuota(p.key) || p.old == nil || p.new == nil {
		return
	}
	new := c.hard(p.new)
	for _, name := range slices.Sorted(maps.Keys(c.hard(p.old))) {
		if _, here := new[name]; here {
			continue
		}
		if _, elsewhere := c.quotas(c.New)[name]; !elsewhere {
			c.risk(RemovedGuard, manifest.High, p, manifest.Path{"spec", "hard", name}, "nothing bounds "+name+" of the namespace any more", "")
		}
	}
	if !scoped(p.old) && scoped(p.new) {
		c.risk(RemovedGuard, manifest.Medium, p, manifest.Path{"spec"}, "the quota counts some pods only", "")
	}
}

// weakerLimits tells of bounds of single containers and claims that go.
func weakerLimits(c *comparison, p *pair) {
	if p.kind != "LimitRange" || p.old == nil || p.new == nil {
		return
	}
	after := limits(p.new.Tree)
	before := limits(p.old.Tree)
	for _, what := range slices.Sorted(maps.Keys(before)) {
		if !after[what] {
			c.risk(RemovedGuard, manifest.Medium, p, manifest.Path{"spec", "limits"}, what+" is no longer set", "")
		}
	}
}

// limits names what a LimitRange sets: "max memory of a Container".
func limits(tree any) map[string]bool {
	out := map[string]bool{}
	for _, l := range list(at(tree, "spec", "limits")) {
		for _, bound := range []string{"max", "min", "default", "defaultRequest", "maxLimitRequestRatio"} {
			for resource := range child(l, bound) {
				out[fmt.Sprintf("%s %s of a %s", bound, resource, text(l, "type"))] = true
			}
		}
	}
	return out
}

// weakerBudget tells of a budget that goes while its pods stay, or lets more of them be stopped at once.
func weakerBudget(c *comparison, p *pair) {
	if p.kind != "policy/PodDisruptionBudget" || p.old == nil {
		return
	}
	if p.new == nil {
		if c.selects(at(p.old.Tree, "spec", "selector")) {
			c.risk(RemovedGuard, c.graver(manifest.Low, manifest.Medium), p, nil, "all pods may be stopped at once when nodes are drained", "")
		}
		return
	}
	for field, lower := range map[string]bool{"minAvailable": true, "maxUnavailable": false} {
		path := manifest.Path{"spec", field}
		before, had := at(p.old.Tree, "spec", field), at(p.old.Tree, "spec", field) != nil
		after := at(p.new.Tree, "spec", field)
		if x, y := amountOf(before), amountOf(after); had && p.touched(path) && (after == nil || lower && y < x || !lower && y > x) {
			if after == nil && at(p.new.Tree, "spec", other(field)) != nil {
				continue // told in other words
			}
			c.risk(RemovedGuard, c.graver(manifest.Low, manifest.Medium), p, path, fmt.Sprintf("more pods may be stopped at once when nodes are drained: %s is %v instead of %v", field, orNone(after), before), "")
		}
	}
}

func other(field string) string {
	if field == "minAvailable" {
		return "maxUnavailable"
	}
	return "minAvailable"
}

func orNone(v any) any {
	if v == nil {
		return "not set"
	}
	return v
}

// amountOf reads a number, or a percentage as such.
func amountOf(v any) float64 {
	switch x := v.(type) {
	case int64:
		return float64(x)
	case float64:
		return x
	case string:
		var n float64
		if _, err := fmt.Sscanf(x, "%f", &n); err == nil {
			return n
		}
	}
	return 0
}

// selects reports whether a selector surely selects the pods of a workload that is there afterwards.
func (c *comparison) selects(v any) bool {
	want := newSelector(v, neutral{})
	return slices.ContainsFunc(c.New.Objects, func(o manifest.Object) bool {
		way, ok := templates[kindOf(o.Key())]
		if !ok {
			return false
		}
		labels := map[string]any{"matchLabels": at(under(o.Tree, way), "metadata", "labels")}
		return want.covers(newSelector(labels, neutral{}))
	})
}

// weakerAdmission tells of admission policies that refuse less.
func weakerAdmission(c *comparison, p *pair) {
	if p.old == nil || p.new == nil {
		return
	}
	old, new := p.trees()
	switch p.kind {
	case "admissionregistration.k8s.io/ValidatingAdmissionPolicy":
		if text(old, "spec", "failurePolicy") != "Ignore" && text(new, "spec", "failurePolicy") == "Ignore" {
			c.risk(RemovedGuard, manifest.High, p, manifest.Path{"spec", "failurePolicy"}, "what the policy cannot judge is let in", "")
		}
		if len(more(at(new, "spec", "validations"), at(old, "spec", "validations"))) > 0 {
			c.risk(RemovedGuard, manifest.Medium, p, manifest.Path{"spec", "validations"}, "a validation is gone or changed: the policy may refuse less", "")
		}
	case "admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding":
		if slices.Contains(texts(at(old, "spec", "validationActions")), "Deny") && !slices.Contains(texts(at(new, "spec", "validationActions")), "Deny") {
			c.risk(RemovedGuard, manifest.High, p, manifest.Path{"spec", "validationActions"}, "what the policy forbids is only reported", "")
		}
	}
}
