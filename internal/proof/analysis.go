package proof

import (
	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// analysis is the pods that the Job metrics of one run start, all metrics at once.
func (w *work) analysis(refs []any) usage {
	var u usage
	w.metrics(refs, map[manifest.Key]bool{}, func(there *work) { there.jobs(&u) })
	return u
}

// jobMetrics is how many Jobs a run leaves behind.
func (w *work) jobMetrics(refs []any) int64 {
	var n int64
	w.metrics(refs, map[manifest.Key]bool{}, func(there *work) {
		for _, metric := range list(there.object.Tree, "spec", "metrics") {
			if isMap(get(metric, "provider", "job")) {
				n += measurements(metric)
			}
		}
	})
	return n
}

// measurements is how many of a metric are kept: as many as it takes, up to the controller's ten.
func measurements(metric any) int64 {
	const kept = 10
	count, ok := whole(get(metric, "count"))
	switch {
	case ok && count > 0:
		return min(count, kept)
	case get(metric, "count") == nil && get(metric, "interval") == nil:
		return 1
	}
	return kept
}

// metrics visits analysis templates and those that they are composed of, each once.
func (w *work) metrics(refs []any, seen map[manifest.Key]bool, visit func(*work)) {
	for _, ref := range refs {
		name := text(ref, "templateName")
		if name == "" {
			continue
		}
		k := manifest.Key{Group: argoGroup, Kind: "AnalysisTemplate", Namespace: w.key.Namespace, Name: name}
		if cluster, _ := get(ref, "clusterScope").(bool); cluster {
			k.Kind, k.Namespace = "ClusterAnalysisTemplate", ""
		}
		if seen[k] {
			continue
		}
		seen[k] = true
		o, ok := w.objects[k]
		if !ok {
			w.assumption("%s starts no Job: it is not among the objects", k)
			continue
		}
		there := work{measurer: w.measurer, object: o, key: k, namespace: w.key.Namespace}
		visit(&there)
		w.metrics(list(o.Tree, "spec", "templates"), seen, visit)
	}
}

// jobs adds a Job for each metric of the object that is one. Several runs may refer to one template, which is measured once.
func (w *work) jobs(u *usage) {
	jobs, known := w.templates[jobsAt{w.key, w.namespace}]
	if !known {
		w.measureJobs(&jobs)
		w.templates[jobsAt{w.key, w.namespace}] = jobs
	}
	u.addAll(jobs)
}

// jobsAt is an analysis template, and the namespace of its Jobs where it has none.
type jobsAt struct {
	template  manifest.Key
	namespace string
}

func (w *work) measureJobs(u *usage) {
	for i, metric := range list(w.object.Tree, "spec", "metrics") {
		if job := get(metric, "provider", "job", "spec"); isMap(job) {
			p := w.pod(get(job, "template"), manifest.Path{"spec", "metrics", i, "provider", "job", "spec", "template"}, nil)
			u.add(p, w.jobPods(job))
		}
	}
}

func (w *work) analysisRun() {
	var u usage
	w.jobs(&u)
	w.need.steady.addAll(u)
	w.need.peak.addAll(u)
}

func (w *work) experiment() {
	spec := get(w.object.Tree, "spec")
	w.experimentPods(spec, manifest.Path{"spec"}, nil)
	w.need.peak.addAll(w.analysis(list(spec, "analyses")))
	w.need.steady.addAll(w.need.peak)
	w.why = nil
}

// experimentPods adds the pods of an experiment's templates. In a Rollout's step a template that refers to a version has the
// Rollout's own pod.
func (w *work) experimentPods(experiment any, at manifest.Path, own *pod) {
	var total int64
	for i, t := range list(experiment, "templates") {
		n := w.number(1, t, "replicas")
		total += n
		if own != nil && get(t, "template") == nil {
			w.need.peak.add(*own, n)
			continue
		}
		w.need.peak.add(w.pod(get(t, "template"), at.Join("templates", i, "template"), nil), n)
	}
	if total > 0 {
		w.because("%s", plural(total, "a pod of an experiment", "pods of an experiment"))
	}
}
