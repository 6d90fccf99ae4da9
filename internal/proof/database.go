package proof

import (
	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

const clusterKind = "postgresql.cnpg.io/Cluster"

// cluster is a CloudNativePG database: a pod and its volumes for each instance, and a Job while an instance joins.
func (w *work) cluster() {
	spec := get(w.object.Tree, "spec")
	n := w.number(1, spec, "instances")
	p := w.instance(spec, "postgres")
	w.run(p, n, min(n, 1))
	if n > 0 {
		w.because("a Job that joins an instance")
	}
	w.clusterVolume(spec, n, "storage")
	w.clusterVolume(spec, n, "walStorage")
	for _, t := range list(spec, "tablespaces") {
		w.clusterVolume(t, n, "storage")
	}
	w.peakClaims = w.steadyClaims
}

// instance is a pod of one container whose resources stand in the spec itself.
func (w *work) instance(spec any, name string) pod {
	template := map[string]any{
		"metadata": get(spec, "inheritedMetadata"),
		"spec": map[string]any{
			"containers":        []any{map[string]any{"name": name, "resources": get(spec, "resources")}},
			"priorityClassName": get(spec, "priorityClassName"),
		},
	}
	p := w.pod(template, manifest.Path{"spec"}, nil)
	w.need.Pod = p.demand.demand()
	return p
}

// clusterVolume adds one volume of each instance, by its size or by a template of the claim.
func (w *work) clusterVolume(spec any, n int64, field string) {
	storage := get(spec, field)
	if !isMap(storage) {
		return
	}
	template := get(storage, "pvcTemplate")
	requests, class := w.amounts(template, "resources", "requests"), text(storage, "storageClass")
	if class == "" {
		class = text(template, "storageClassName")
	}
	if v := get(storage, "size"); v != nil {
		size, ok := parse(v)
		if !ok {
			w.unreadable(field+".size", v)
		}
		requests = amounts{{"storage", size}}
	}
	w.bounds("PersistentVolumeClaim", "claim ", requests, nil, manifest.Path{"spec", field})
	w.volume(&w.steadyClaims, requests.of("storage"), class, n)
}

// pooler is CloudNativePG's connection pool, which it runs as a Deployment.
func (w *work) pooler() {
	t := get(w.object.Tree, "spec", "template")
	p := w.pod(t, templatePath, nil)
	w.need.Pod = p.demand.demand()
	n := w.number(1, w.object.Tree, "spec", "instances")
	bounds := get(w.object.Tree, "spec", "deploymentStrategy", "rollingUpdate")
	surge, _ := w.fenceposts(bounds, n, false)
	w.surge(p, n, surge, bounds)
}
