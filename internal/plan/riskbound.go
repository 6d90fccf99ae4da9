package plan

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// raisedLimits tells of single containers, pods and claims that may have more than before.
func raisedLimits(c *comparison, p *pair) {
	if p.kind != "LimitRange" || p.old == nil || p.new == nil || p.moved {
		return
	}
	old, new := maxima(p.old.Tree), maxima(p.new.Tree)
	for _, of := range slices.Sorted(maps.Keys(old)) {
		c.raised(p, manifest.Path{"spec", "limits"}, "a single "+of, old[of], new[of])
	}
}

// raised tells of bounds that are higher, all of one place at once.
func (c *comparison) raised(p *pair, path manifest.Path, who string, old, new quantities) {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(old)) {
		before := old[name]
		if after, ok := new[name]; ok && after.Cmp(before) > 0 {
			parts = append(parts, fmt.Sprintf("%s %s instead of %s", name, &after, &before))
		}
	}
	if len(parts) > 0 {
		c.risk(RemovedGuard, manifest.Low, p, path, who+" may use more: "+strings.Join(parts, ", "), "")
	}
}

// maxima are those of a LimitRange, by what they are for.
func maxima(tree any) map[string]quantities {
	out := map[string]quantities{}
	for _, l := range list(at(tree, "spec", "limits")) {
		of := text(l, "type")
		if out[of] == nil {
			out[of] = quantities{}
		}
		for name, v := range child(l, "max") {
			if q, ok := quantity(v); ok {
				out[of][name] = q
			}
		}
	}
	return out
}

// unkept tells of objects that nothing keeps any more from being deleted with what they hold.
func unkept(c *comparison, p *pair) {
	if p.old == nil || p.new == nil || p.moved {
		return
	}
	lost := added(keepers(p.new), keepers(p.old))
	if len(lost) == 0 {
		return
	}
	message := "once the object is no longer wanted it is deleted, and nobody is asked"
	if p.kind == "Namespace" {
		message = "once the namespace is no longer wanted it is deleted with all that is in it, and nobody is asked"
	}
	c.risk(RemovedGuard, c.graver(manifest.Medium, manifest.High), p, manifest.Path{"metadata", "annotations", lost[0]}, message, "")
}

// olderPodSecurity tells of a namespace that holds pods to what an older version of Kubernetes asked.
func olderPodSecurity(c *comparison, p *pair) {
	const key = "pod-security.kubernetes.io/enforce-version"
	if p.kind != "Namespace" || p.old == nil || p.new == nil {
		return
	}
	before, after := text(p.old.Tree, "metadata", "labels", key), text(p.new.Tree, "metadata", "labels", key)
	was, ok := minor(before)
	is, alsoOk := minor(after)
	if ok && alsoOk && is < was {
		c.risk(OpenedPath, manifest.Medium, p, manifest.Path{"metadata", "labels", key},
			fmt.Sprintf("the namespace holds pods to what Kubernetes %s asked for instead of %s: pods that were refused may be let in", after, orLatest(before)), "")
	}
}

func orLatest(version string) string {
	if version == "" {
		return "latest"
	}
	return version
}

// minor reads a version of Pod Security; the newest is above all others.
func minor(version string) (int, bool) {
	if version == "" || version == "latest" {
		return 1 << 30, true
	}
	rest, ok := strings.CutPrefix(version, "v1.")
	n, err := strconv.Atoi(rest)
	return n, ok && err == nil && n >= 0
}

// stopped tells of workloads that keep no pod.
func stopped(c *comparison, p *pair) {
	if k := p.kind; k != "apps/Deployment" && k != "apps/StatefulSet" && k != rollout || p.old == nil || p.new == nil {
		return
	}
	if c.owner(p) != nil {
		return // the pods are those of a Rollout
	}
	path := manifest.Path{"spec", "replicas"}
	if count(at(p.old.Tree, "spec", "replicas"), 1) > 0 && at(p.new.Tree, "spec", "replicas") == int64(0) {
		c.risk(PodRestart, c.graver(manifest.Medium, manifest.High), p, path, "all pods stop, and none starts again: the workload is scaled to 0", "")
	}
}

// still reports whether a workload keeps no pod: nothing is released while it does, so its release guards nothing,
// and waits for nothing.
func still(o *manifest.Object) bool { return o != nil && at(o.Tree, "spec", "replicas") == int64(0) }

// weakerDatabase tells of databases that lose their standby, and of backups that go elsewhere.
func weakerDatabase(c *comparison, p *pair) {
	if p.old == nil || p.new == nil || p.moved {
		return
	}
	old, new := p.trees()
	switch p.kind {
	case postgres:
		before, after := count(at(old, "spec", "instances"), 1), count(at(new, "spec", "instances"), 1)
		if before > 1 && after <= 1 {
			c.risk(RemovedGuard, c.graver(manifest.Medium, manifest.High), p, manifest.Path{"spec", "instances"}, "no second instance takes over when the only one stops, or its node does", "")
		}
		if at(new, "spec", "backup") != nil {
			c.otherPlace(p, "spec.backup.barmanObjectStore.destinationPath", "spec.backup.barmanObjectStore.endpointURL", "spec.backup.barmanObjectStore.serverName")
		}
	case "barmancloud.cnpg.io/ObjectStore":
		c.otherPlace(p, "spec.configuration.destinationPath", "spec.configuration.endpointURL", "spec.configuration.serverName")
	}
}

// otherPlace tells of backups that newly lie elsewhere, once.
func (c *comparison) otherPlace(p *pair, ways ...string) {
	for _, path := range fields(ways...) {
		before, had := path.Lookup(p.old.Tree)
		after, _ := path.Lookup(p.new.Tree)
		if had && before != nil && p.touched(path) {
			c.risk(DataLoss, c.graver(manifest.Medium, manifest.High), p, path, fmt.Sprintf("backups lie elsewhere from now on: %v instead of %v; those so far are not found there", orNone(after), before), "")
			return
		}
	}
}

// meddler tells of webhooks and policies that may change or see every object on its way into the cluster.
func meddler(c *comparison, p *pair) {
	const group = "admissionregistration.k8s.io/"
	if p.new == nil {
		return
	}
	switch p.kind {
	case group + "MutatingWebhookConfiguration", group + "MutatingAdmissionPolicy", group + "MutatingAdmissionPolicyBinding":
		if p.action == Added || p.touched(manifest.Path{"webhooks"}) || p.touched(manifest.Path{"spec"}) {
			c.risk(OpenedPath, manifest.High, p, nil, "objects may be changed on their way into the cluster, by other rules than before", "")
		}
	case group + "ValidatingWebhookConfiguration":
		if p.action == Added {
			c.risk(OpenedPath, manifest.Medium, p, nil, "the webhook sees the objects that it is asked about, secrets as well if they are among them", "")
		} else if p.touched(manifest.Path{"webhooks"}) {
			c.risk(RemovedGuard, manifest.Medium, p, manifest.Path{"webhooks"}, "the webhook is asked otherwise, or another one is: it may refuse less", "")
		}
	}
}
